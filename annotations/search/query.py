"""Queries: any string is one. Words must all occur; words in double quotes must follow one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotations.search.terms import terms_of

TERMS_LIMIT = 32
SATURATION = 1.2
LENGTH_WEIGHT = 0.75


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The terms that must all occur, and the phrases (runs of terms) among them."""

    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]


def parse_query(value: str) -> SearchQuery:
    """Read what somebody typed; never fails. At most 32 terms count; a query without any finds nothing."""
    terms: list[str] = []
    phrases: list[tuple[str, ...]] = []
    for position, part in enumerate(value.split('"')):
        found = tuple(term.value for term in terms_of(part))
        terms.extend(found)
        if position % 2 and len(found) > 1:
            phrases.append(found)
    kept = tuple(dict.fromkeys(terms))[:TERMS_LIMIT]
    return SearchQuery(kept, tuple(phrase for phrase in phrases if set(phrase) <= set(kept)))


def has_phrases(query: SearchQuery, terms: Sequence[str]) -> bool:
    """Whether each phrase of ``query`` stands in ``terms`` as a run."""
    return all(
        any(tuple(terms[start : start + len(phrase)]) == phrase for start in range(len(terms) - len(phrase) + 1))
        for phrase in query.phrases
    )


def rank(query: SearchQuery, documents: Iterable[Sequence[str]]) -> list[float]:
    """A score for each document (its terms), higher is better: BM25 among the documents given.

    Okapi BM25 (Robertson and Zaragoza 2009, The Probabilistic Relevance Framework) with k1 = 1.2 and b = 0.75;
    every document holds every term, so the weight of a term is its rarity in occurrences. Scores are rounded to
    nine decimals so that a page can go on from one.
    """
    corpus = [list(document) for document in documents]
    total = sum(len(document) for document in corpus) or 1
    average = total / max(len(corpus), 1)
    weights = {
        term: math.log(1 + total / (1 + sum(document.count(term) for document in corpus))) for term in query.terms
    }
    return [round(_score(weights, document, average), 9) for document in corpus]


def _score(weights: dict[str, float], document: list[str], average: float) -> float:
    norm = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * len(document) / average)
    score = 0.0
    for term, weight in weights.items():
        frequency = document.count(term)
        score += weight * frequency * (SATURATION + 1) / (frequency + norm)
    return score
