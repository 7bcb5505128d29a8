"""The words of a text of blocks, and questions about them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

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


class Word(NamedTuple):
    """A word or a mark.

    Attributes:
        value: its text with typography set aside.
        key: what it is aligned by: its value, case aside.
        start: first offset within its block, in code points.
        end: offset after its last code point.
        block: index of its block.
    """

    value: str
    key: str
    start: int
    end: int
    block: int


def words_of(blocks: Sequence[str]) -> list[Word]:
    """The words and marks of ``blocks`` in order. No word cuts a combining mark off its letter, nor a joined emoji."""
    found: list[Word] = []
    for block, text in enumerate(blocks):
        if text.isascii():
            for match in _TOKEN.finditer(text):
                value = match.group()
                found.append(Word(value, value.casefold(), match.start(), match.end(), block))
        else:
            found += _folded_words(text, block)
    return found


def _folded_words(text: str, block: int) -> Iterator[Word]:
    for start, end in _tokens(text):
        value = text[start:end]
        if not value.isascii():
            value = _folded(value)
        if value:
            yield Word(value, value.casefold(), start, end, block)


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    return fold(word).text.strip()


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
    return not text[start].isascii() and (not is_boundary(text, start) or unicodedata.category(text[start]) == "Cf")


def weight(words: Sequence[Word]) -> int:
    """How much ``words`` weigh: a long word tells more than a short one."""
    return sum(len(word.value) for word in words)


class Text:
    """A text of blocks as one sequence of words.

    Attributes:
        blocks: the texts of its blocks.
        words: the words of all of them.
        keys: the words' keys.
        bounds: for each block the index of its first word, and of the one after its last.
    """

    def __init__(self, blocks: Sequence[str]) -> None:
        self.blocks = blocks
        self.words = words_of(blocks)
        self.keys = [word.key for word in self.words]
        borders = [bisect_left(self.words, block, key=lambda word: word.block) for block in range(len(blocks) + 1)]
        self.bounds = list(pairwise(borders))
        self._starts, self._ends = [word.start for word in self.words], [word.end for word in self.words]

    def words_in(self, block: int, start: int, end: int) -> Range:
        """The words (first, end), whole or in part, that stand at ``start:end`` of ``block``."""
        first, stop = self.bounds[block]
        return bisect_right(self._ends, start, first, stop), bisect_left(self._starts, end, first, stop)

    def sentence(self, first: int, stop: int) -> list[str]:
        """The words of the sentence or sentences, within their block, in which the words ``first:stop`` stand."""
        begin, end = self.bounds[self.words[first].block]
        begin, end = max(begin, first - SENTENCE), min(end, stop + SENTENCE)
        while first > begin and self.words[first - 1].value not in SENTENCE_ENDS:
            first -= 1
        while stop < end and self.words[stop - 1].value not in SENTENCE_ENDS:
            stop += 1
        return [word.value for word in self.words[first:stop]]

    def places(self, keys: Sequence[str]) -> Iterator[Range]:
        """Where the words with these keys stand in a row in one block, from the first place to the last."""
        for first, stop in self.bounds:
            for index in range(first, stop - len(keys) + 1):
                if self.keys[index] == keys[0] and self.keys[index : index + len(keys)] == keys:
                    yield index, index + len(keys)
