"""Find the passage that a selector means. The selectors are those of the W3C Web Annotation Data Model, section 4.2."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from annotations.anchoring.text import check_range, fold, has_visible_character, is_boundary, to_nfc
from annotations.errors import InvalidInput, QuoteAmbiguous, QuoteMismatch, QuoteNotFound

MAX_CANDIDATES = 20
"""An ambiguous quote lists so many of the places where it stands."""

CONTEXT_CODE_POINTS = 32
"""Length of the prefix and suffix of a selector made here."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class TextQuoteSelector:
    """A passage named by its words and, where they are not enough, by the text before and after."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class TextPositionSelector:
    """A passage named by offsets in code points: the first character, and the one after the last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Located(Generic[Key]):
    """A passage found: the paragraph's key, and the range in its text, in code points."""

    key: Key
    start: int
    end: int


_Find: TypeAlias = tuple[Key, str, int, int]
_Finds: TypeAlias = Callable[[str, TextQuoteSelector], Iterator[tuple[int, int]]]


def locate_quote(texts: Sequence[tuple[Key, str]], selector: TextQuoteSelector) -> Located[Key]:
    """Find the one passage that ``selector`` means in ``texts``, a sequence of (key, text in normal form C).

    The words are looked for verbatim first, then typography aside (see :func:`annotations.anchoring.text.fold`).
    A prefix or suffix narrows the finds down. Overlapping occurrences count as several. A find never cuts a
    combining mark off its letter.

    Raises:
        InvalidInput: the quote is blank.
        QuoteNotFound: the words do not stand in the texts, or not with this prefix and suffix.
        QuoteAmbiguous: they stand in several places. ``context['candidates']`` lists at most 20 of them with
            ``key``, ``start``, ``end``, ``prefix``, ``exact`` and ``suffix``;
            ``context['total']`` counts them all.
    """
    wanted = TextQuoteSelector(
        exact=to_nfc(selector.exact, field="quote"),
        prefix=to_nfc(selector.prefix, field="prefix"),
        suffix=to_nfc(selector.suffix, field="suffix"),
    )
    if not has_visible_character(wanted.exact):
        raise InvalidInput("the quote is blank", field="quote")
    found = _search(texts, wanted, _verbatim_finds) or _search(texts, wanted, _folded_finds)
    if not found:
        raise QuoteNotFound("the quoted words do not stand in the text", field="quote")
    if len(found) > 1:
        raise _ambiguous(found)
    key, _, start, end = found[0]
    return Located(key, start, end)


def locate_position(text: str, start: int, end: int, exact: str | None = None) -> TextPositionSelector:
    """Check a range given in code points, and the words at it if they are given; the range comes back as it is.

    Raises:
        InvalidInput: the range is out of bounds, in the wrong order, empty, blank, or cuts a combining mark off
            its letter; ``field`` is start or end.
        QuoteMismatch: the words there are not ``exact`` (both in normal form C); ``context['found']`` has them.
    """
    check_range(start, end, len(text))
    found = text[start:end]
    if not has_visible_character(found):
        raise InvalidInput("the range holds no words", field="end")
    for field, offset in (("start", start), ("end", end)):
        if not is_boundary(text, offset):
            raise InvalidInput(f"{field} cuts a combined character", field=field)
    if exact is not None and to_nfc(exact, field="quote") != found:
        raise QuoteMismatch("the words at this range are others", field="quote", context={"found": found})
    return TextPositionSelector(start, end)


def quote_selector(text: str, start: int, end: int, context: int = CONTEXT_CODE_POINTS) -> TextQuoteSelector:
    """Name ``text[start:end]`` by its words and about ``context`` code points on either side, never cutting a mark off.

    Raises:
        InvalidInput: the range is out of bounds or in the wrong order.
    """
    check_range(start, end, len(text))
    first = max(0, start - context)
    while not is_boundary(text, first):
        first -= 1
    last = min(len(text), end + context)
    while not is_boundary(text, last):
        last += 1
    return TextQuoteSelector(text[start:end], text[first:start], text[end:last])


def _search(texts: Sequence[tuple[Key, str]], selector: TextQuoteSelector, finds: _Finds) -> list[_Find[Key]]:
    return [(key, text, start, end) for key, text in texts for start, end in finds(text, selector)]


def _verbatim_finds(text: str, selector: TextQuoteSelector) -> Iterator[tuple[int, int]]:
    for start in _occurrences(text, selector.exact):
        end = start + len(selector.exact)
        if (
            is_boundary(text, start)
            and is_boundary(text, end)
            and text.endswith(selector.prefix, 0, start)
            and text.startswith(selector.suffix, end)
        ):
            yield start, end


def _folded_finds(text: str, selector: TextQuoteSelector) -> Iterator[tuple[int, int]]:
    exact, prefix, suffix = (fold(part).text.strip() for part in (selector.exact, selector.prefix, selector.suffix))
    folded = fold(text)
    for start in _occurrences(folded.text, exact):
        end = start + len(exact)
        original = folded.original_range(start, end)
        before = start - 1 if folded.text.endswith(" ", 0, start) else start
        after = end + 1 if folded.text.startswith(" ", end) else end
        if original and folded.text.endswith(prefix, 0, before) and folded.text.startswith(suffix, after):
            yield original


def _occurrences(text: str, part: str) -> Iterator[int]:
    """Where ``part`` begins in ``text``, overlapping occurrences too; nowhere if it is empty."""
    start = text.find(part) if part else -1
    while start != -1:
        yield start
        start = text.find(part, start + 1)


def _ambiguous(found: Sequence[_Find[Key]]) -> QuoteAmbiguous:
    candidates = []
    for key, text, start, end in found[:MAX_CANDIDATES]:
        selector = quote_selector(text, start, end)
        candidates.append(
            {
                "key": key,
                "start": start,
                "end": end,
                "prefix": selector.prefix,
                "exact": selector.exact,
                "suffix": selector.suffix,
            }
        )
    return QuoteAmbiguous(
        f"the quoted words stand in {len(found)} places",
        field="quote",
        context={"candidates": candidates, "total": len(found)},
    )
