"""Snippets: the part of a text that shows best why it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from annotations.search.terms import Term, terms_of

SNIPPET_LENGTH = 240


@dataclass(frozen=True, slots=True)
class SnippetPart:
    """A run of the snippet; ``match`` when it is a word that was searched for."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text, cut into runs; ``start`` and ``end`` are its code-point offsets in the whole."""

    start: int
    end: int
    parts: tuple[SnippetPart, ...]


def make_snippet(text: str, terms: Collection[str], *, length: int = SNIPPET_LENGTH) -> Snippet:
    """The window of at most ``length`` code points that holds the most different terms, cut at words.

    The parts joined are ``text[start:end]``, verbatim.
    """
    words = list(terms_of(text))
    hits = [word for word in words if word.value in terms]
    start, end = _window(text, words, hits, length)
    parts: list[SnippetPart] = []
    position = start
    for hit in hits:
        if not position <= hit.start < end:
            continue
        if hit.start > position:
            parts.append(SnippetPart(text[position : hit.start], match=False))
        # Only a word that is longer than the window is cut.
        position = min(hit.end, end)
        parts.append(SnippetPart(text[hit.start : position], match=True))
    if position < end:
        parts.append(SnippetPart(text[position:end], match=False))
    return Snippet(start, end, tuple(parts))


def _window(text: str, words: list[Term], hits: list[Term], length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    if not hits:
        return 0, _word_end(words, length)
    best = _best(hits, length * 3 // 4)
    # A little of what stands before the first hit makes the window readable.
    earliest = min(max(best.start - length // 4, 0), len(text) - length)
    start = next(word.start for word in words if word.start >= earliest) if earliest else 0
    if best.end > start + length:
        return best.start, min(best.end, best.start + length)
    return start, _word_end(words, start + length)


def _best(hits: list[Term], reach: int) -> Term:
    """The first of the hits that are followed, within ``reach`` code points, by the most different ones."""
    counts: Counter[str] = Counter()
    best, most, after = hits[0], 0, 0
    for index, hit in enumerate(hits):
        while after < len(hits) and hits[after].end <= hit.start + reach:
            counts[hits[after].value] += 1
            after += 1
        if len(counts) > most:
            best, most = hit, len(counts)
        if after > index:
            counts[hit.value] -= 1
            if not counts[hit.value]:
                del counts[hit.value]
        else:
            after = index + 1
    return best


def _word_end(words: list[Term], limit: int) -> int:
    return max((word.end for word in words if word.end <= limit), default=limit)
