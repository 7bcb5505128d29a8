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


@dataclass(frozen=True, slots=True)
class Scale:
    """What a score depends on besides the document: the average length, and the weight of each of the query's terms.

    Kept from one page to the next, it lets a list go on in the order in which it began, whatever was published since.
    """

    average: float
    weights: tuple[float, ...]


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


def scale_of(query: SearchQuery, documents: Iterable[Sequence[str]]) -> Scale:
    """The scale on which these documents (their terms) are ranked for ``query``.

    Every document holds every term, so the weight of a term is its rarity in occurrences. Numbers are rounded to nine
    decimals so that a cursor can carry them.
    """
    corpus = list(documents)
    total = sum(len(document) for document in corpus) or 1
    counts = [sum(document.count(term) for document in corpus) for term in query.terms]
    return Scale(
        average=round(total / max(len(corpus), 1), 9),
        weights=tuple(round(math.log(1 + total / (1 + count)), 9) for count in counts),
    )


def rank(query: SearchQuery, documents: Iterable[Sequence[str]], scale: Scale | None = None) -> list[float]:
    """A score for each document (its terms), higher is better: BM25 on ``scale``, or else among the documents given.

    Okapi BM25 (Robertson and Zaragoza 2009, The Probabilistic Relevance Framework) with k1 = 1.2 and b = 0.75.
    Scores are rounded to nine decimals so that a page can go on from one.
    """
    corpus = list(documents)
    known = scale or scale_of(query, corpus)
    weights = dict(zip(query.terms, known.weights, strict=True))
    return [round(_score(weights, document, known.average), 9) for document in corpus]


def _score(weights: dict[str, float], document: Sequence[str], average: float) -> float:
    norm = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * len(document) / average)
    score = 0.0
    for term, weight in weights.items():
        frequency = document.count(term)
        score += weight * frequency * (SATURATION + 1) / (frequency + norm)
    return score
