"""The words of a text of blocks, and questions about them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import TypeAlias

from annotations.anchoring.text import fold, is_boundary

SENTENCE_ENDS = frozenset(".!?。！？؟।")

SENTENCE = 80
"""Words on either side of a passage, at most, that count as its sentence."""

Range: TypeAlias = tuple[int, int]

# Scripts that put no spaces between words: each of their characters counts as a word.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"([{_SPACELESS}])|([^\W{_SPACELESS}]+)|\.{{3}}|[-‐‑‒–—―⁃−﹘﹣－]+|[^\w\s]")
_LETTERS = 2


class Text:
    """A text of blocks as one sequence of words and marks; no word cuts a combining mark off its letter, nor an emoji.

    What belongs to the words stands in lists side by side, because a long article has 200,000 of them.

    Attributes:
        blocks: the texts of its blocks.
        bounds: for each block the index of its first word, and of the one after its last.
        values: each word's text with typography set aside.
        keys: what each word is aligned by: its value, case aside.
        starts: each word's first offset within its block, in code points.
        ends: the offset after its last code point.
        block_of: the index of its block.
    """

    def __init__(self, blocks: Sequence[str]) -> None:
        self.blocks = blocks
        self.values: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.block_of: list[int] = []
        borders = [0]
        for block, text in enumerate(blocks):
            values, starts, ends = _words(text)
            self.values += values
            self.starts += starts
            self.ends += ends
            self.block_of += [block] * (len(self.values) - borders[-1])
            borders.append(len(self.values))
        self.bounds = list(pairwise(borders))
        self.keys = [value.casefold() for value in self.values]
        self._weights = list(accumulate(map(len, self.values), initial=0))

    def __len__(self) -> int:
        """The number of words."""
        return len(self.values)

    def weigh(self, first: int, stop: int) -> int:
        """How much the words ``first:stop`` weigh: a long word tells more than a short one."""
        return self._weights[stop] - self._weights[first]

    def written(self, index: int) -> str:
        """The word as it is written."""
        return self.blocks[self.block_of[index]][self.starts[index] : self.ends[index]]

    def words_in(self, block: int, start: int, end: int) -> Range:
        """The words (first, end), whole or in part, that stand at ``start:end`` of ``block``."""
        first, stop = self.bounds[block]
        return bisect_right(self.ends, start, first, stop), bisect_left(self.starts, end, first, stop)

    def sentence(self, first: int, stop: int) -> list[str]:
        """The words of the sentence or sentences, within their block, in which the words ``first:stop`` stand."""
        begin, end = self.bounds[self.block_of[first]]
        begin, end = max(begin, first - SENTENCE), min(end, stop + SENTENCE)
        while first > begin and self.values[first - 1] not in SENTENCE_ENDS:
            first -= 1
        while stop < end and self.values[stop - 1] not in SENTENCE_ENDS:
            stop += 1
        return self.values[first:stop]

    def places(self, keys: Sequence[str]) -> Iterator[Range]:
        """Where the words with these keys stand in a row in one block, from the first place to the last."""
        for index in self._standing.get(keys[0], ()):
            stop = index + len(keys)
            if stop <= self.bounds[self.block_of[index]][1] and self.keys[index:stop] == keys:
                yield index, stop

    @cached_property
    def _standing(self) -> dict[str, list[int]]:
        """Where each key stands."""
        found: dict[str, list[int]] = {}
        for index, key in enumerate(self.keys):
            found.setdefault(key, []).append(index)
        return found


def _words(text: str) -> tuple[list[str], list[int], list[int]]:
    """The words and marks of ``text``: their values, their starts, their ends."""
    if not any(_may_join(character) for character in set(text)):
        matches = list(_TOKEN.finditer(text))
        return (
            [_folded(match.group()) for match in matches],
            [match.start() for match in matches],
            [match.end() for match in matches],
        )
    ranges = [(start, end) for start, end in _tokens(text) if _folded(text[start:end])]
    return (
        [_folded(text[start:end]) for start, end in ranges],
        [start for start, _ in ranges],
        [end for _, end in ranges],
    )


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    return word if word.isascii() else fold(word).text.strip()


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of the words and marks of ``text``; what vanishes when typography is set aside joins the word before.

    Python counts neither combining marks nor soft hyphens among the letters of a word, hence the joining.
    """
    first, end, kind, is_open = 0, 0, 0, False
    for match in _TOKEN.finditer(text):
        start = match.start()
        joins = start == end and end > first and _joins(text, start)
        if joins or (start == end and is_open and match.lastindex == _LETTERS):
            is_open = joins and kind == _LETTERS
        else:
            if end > first:
                yield first, end
            first, kind, is_open = start, match.lastindex or 0, False
            while not (text[first].isascii() or is_boundary(text, first)):
                first -= 1
        end = match.end()
    if end > first:
        yield first, end


def _joins(text: str, start: int) -> bool:
    return _may_join(text[start]) or not (text[start].isascii() or is_boundary(text, start))


@lru_cache(maxsize=4_096)
def _may_join(character: str) -> bool:
    """Whether a character vanishes with typography, or belongs to the one before it."""
    return not character.isascii() and (unicodedata.category(character) == "Cf" or not is_boundary(f"a{character}", 1))
