"""What differs between two texts, word by word, as a person would be shown it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from annotations.anchoring.words import Text
from annotations.vocabulary import DefinedEnum


class DifferenceOp(DefinedEnum):
    """What became of a run of words between two texts."""

    EQUAL = "equal", "Both texts have it."
    DELETED = "deleted", "Only the old text has it."
    INSERTED = "inserted", "Only the new text has it."


class Segment(NamedTuple):
    """A run of text that both texts have, or one of the two."""

    op: DifferenceOp
    text: str


def word_diff(old: str, new: str) -> list[Segment]:
    """The segments by which ``old`` becomes ``new``; none is empty, and what is deleted comes before what is inserted.

    What is equal and deleted, joined, is ``old``; what is equal and inserted is ``new``. No word is cut, and white
    space that alone stands between two changes belongs to both. Takes a second at most for texts of 20,000 code points,
    the most that a paragraph has, whatever stands in them.
    """
    return list(_tidied(_steps(_tokens(old), _tokens(new))))


def kept_in_order(old: Sequence[Hashable], new: Sequence[Hashable]) -> set[Hashable]:
    """Of what both sequences hold, once each, the most that stand in the same order in both."""
    steps = LCSseq.opcodes(old, new)
    return {one for step in steps if step.tag == "equal" for one in old[step.src_start : step.src_end]}


def _tokens(text: str) -> list[str]:
    """The words and marks of ``text``, and what stands between them; joined, they are the text."""
    words, tokens, position = Text([text]), [], 0
    for start, end in zip(words.starts, words.ends, strict=True):
        tokens += [text[position:start], text[start:end]]
        position = end
    return [token for token in (*tokens, text[position:]) if token]


def _steps(old: list[str], new: list[str]) -> Iterator[tuple[str, str, str]]:
    """The runs in order, as (equal, deleted, inserted), one of the three given."""
    for step in LCSseq.opcodes(old, new):
        before = "".join(old[step.src_start : step.src_end])
        after = "".join(new[step.dest_start : step.dest_end])
        yield (before, "", "") if step.tag == "equal" else ("", before, after)


def _tidied(steps: Iterable[tuple[str, str, str]]) -> Iterator[Segment]:
    """The runs as segments, changes that only white space keeps apart as one."""
    deleted = inserted = space = ""
    for equal, before, after in steps:
        if not equal:
            deleted, inserted, space = deleted + space + before, inserted + space + after, ""
        elif (deleted or inserted) and equal.isspace():
            space += equal
        else:
            yield from _segments(space + equal, deleted, inserted)
            deleted = inserted = space = ""
    yield from _segments(space, deleted, inserted)


def _segments(equal: str, deleted: str, inserted: str) -> Iterator[Segment]:
    """What was changed, then what follows it unchanged."""
    pairs = ((DifferenceOp.DELETED, deleted), (DifferenceOp.INSERTED, inserted), (DifferenceOp.EQUAL, equal))
    yield from (Segment(op, text) for op, text in pairs if text)
