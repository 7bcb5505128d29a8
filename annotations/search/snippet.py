"""Snippets: the part of a text that shows best why it was found."""

from __future__ import annotations

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
        if hit.start < position or hit.end > end:
            continue
        if hit.start > position:
            parts.append(SnippetPart(text[position : hit.start], match=False))
        parts.append(SnippetPart(text[hit.start : hit.end], match=True))
        position = hit.end
    if position < end:
        parts.append(SnippetPart(text[position:end], match=False))
    return Snippet(start, end, tuple(parts))


def _window(text: str, words: list[Term], hits: list[Term], length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    if not hits:
        return 0, _word_end(words, length)
    best = max(hits, key=lambda hit: (_different(hits, hit.start, length), -hit.start))
    # A little of what stands before the first hit makes the window readable.
    earliest = min(max(best.start - length // 4, 0), len(text) - length)
    start = next((word.start for word in words if word.start >= earliest), best.start)
    if earliest == 0:
        start = 0
    return start, max(_word_end(words, start + length), best.end)


def _different(hits: list[Term], start: int, length: int) -> int:
    return len({hit.value for hit in hits if start <= hit.start and hit.end <= start + length * 3 // 4})


def _word_end(words: list[Term], limit: int) -> int:
    return max((word.end for word in words if word.end <= limit), default=limit)
