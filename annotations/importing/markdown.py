"""Markdown to title and blocks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from annotations.errors import EmptyText, InvalidText
from annotations.importing.cleaning import clean_lines
from annotations.importing.decoding import decode
from annotations.importing.document import Block, ImportedText, RepairLog
from annotations.importing.front_matter import read_front_matter
from annotations.importing.markdown_line import RAW_HTML, words_of
from annotations.importing.markup import DropLog, check_blocks, check_size, join_cells, tidy
from annotations.importing.shapes import same_words
from annotations.vocabulary import BlockKind

MAX_DEPTH = 40
"""Levels of nesting, two for each list inside a list; the parser forgets what is deeper."""

MAX_BRACKETS = 10_000
MAX_MARKS = 100_000
"""Opening brackets and characters that may be markup: the parser spends up to a millisecond on each."""

FRONT_MATTER = "front matter"

_MARK = re.compile(r"[\[\]<*_~`&!\\]")
_FOOTNOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,50})\]:[ \t]*(.*)")
_CODE_FENCE = re.compile(r" {0,3}(```|~~~)")
_KINDS = {
    "list_item_open": BlockKind.LIST_ITEM,
    "blockquote_open": BlockKind.QUOTE,
}
_CODE = frozenset({"fence", "code_block"})


def read_markdown(data: bytes, *, encoding: str | None = None) -> ImportedText:
    """Read a Markdown file (CommonMark, with tables, strikethrough and footnotes) into its title, blocks and a report.

    Args:
        data: the file, at most :data:`annotations.importing.plain_text.MAX_BYTES`.
        encoding: its encoding, if it is known; otherwise a byte order mark, UTF-8 and Windows-1252 are tried.

    **Blocks.** Headings, paragraphs, items of lists however deep, and quotes are what they are marked as; a row of a
    table and a line of code are paragraphs. Links and images keep their words. Raw HTML, struck-out words and front
    matter are left out and reported. See ``docs/importing.md``.

    **Title.** The first heading of level 1 that stands in no list or quote; else the title in the front matter.

    Raises:
        InvalidText: the file is too large, has too many lines or marks, nests too deeply, or stacks combining marks.
        InvalidInput: ``encoding`` is not known.
        UndecodableText: the file is binary or in an encoding that cannot be told.
        EmptyText: nothing is left to read.
    """
    check_size(data)
    log = RepairLog()
    decoded = decode(data, encoding, log)
    lines = clean_lines(decoded.text, log)
    front = read_front_matter(lines)
    reader = _Reader(log)
    if front is not None:
        for line in front.lines:
            reader.dropped.add(line, FRONT_MATTER)
        lines = lines[front.height :]
    lines, reader.footnotes = _with_plain_footnotes(lines, log)
    reader.read(_tokens("\n".join(lines)))
    title = reader.title or (tidy(front.title, log) if front and front.title else "") or None
    blocks = _without_copy(reader, title)
    if not blocks:
        raise EmptyText("nothing is left to read", field="data", context={"dropped": len(reader.dropped)})
    return ImportedText(
        title=title,
        blocks=blocks,
        dropped=reader.dropped.report(),
        repairs=log.repairs(),
        encoding=decoded.encoding,
        format="Markdown",
        source_sha256=hashlib.sha256(data).hexdigest(),
        suggested={key: tidy(value, log) for key, value in front.suggested.items()} if front else {},
    )


def _without_copy(reader: _Reader, title: str | None) -> list[Block]:
    """The blocks without a copy of the title at their head, if anything else is left."""
    first = reader.blocks[0] if reader.blocks else None
    if first is not None and title is not None and len(reader.blocks) > 1 and same_words(first.text, title):
        reader.dropped.add(first.text, "duplicate of the title line")
        return reader.blocks[1:]
    return reader.blocks


def _tokens(text: str) -> list[Token]:
    brackets, marks = text.count("["), sum(1 for _ in _MARK.finditer(text))
    if brackets > MAX_BRACKETS or marks > MAX_MARKS:
        raise InvalidText(
            f"the text has more than {MAX_BRACKETS} opening brackets or {MAX_MARKS} marks",
            field="data",
            context={"max_brackets": MAX_BRACKETS, "max_marks": MAX_MARKS},
        )
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_DEPTH}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    if any(token.nesting == 1 and token.level >= MAX_DEPTH - 1 for token in tokens):
        raise InvalidText(
            f"lists or quotes are nested more than {MAX_DEPTH // 2} deep",
            field="data",
            context={"max_depth": MAX_DEPTH},
        )
    return tokens


def _with_plain_footnotes(lines: Sequence[str], log: RepairLog) -> tuple[list[str], frozenset[str]]:
    """Make paragraphs of the definitions of footnotes, which are no CommonMark; their labels."""
    read: list[str] = []
    labels = set()
    in_code = False
    for line in lines:
        in_code ^= _CODE_FENCE.match(line) is not None
        footnote = None if in_code else _FOOTNOTE.fullmatch(line)
        if footnote:
            labels.add(footnote[1])
            log.add("mark of a footnote", f"[^{footnote[1]}]:", f"[{footnote[1]}]")
            read += ["", f"\\[{footnote[1]}\\] {footnote[2]}"]
        else:
            read.append(line)
    return read, frozenset(labels)


class _Reader:
    """Turns the parser's tokens into blocks."""

    def __init__(self, log: RepairLog) -> None:
        self.title: str | None = None
        self.blocks: list[Block] = []
        self.dropped = DropLog()
        self.footnotes: frozenset[str] = frozenset()
        self._log = log
        self._kinds: list[BlockKind] = []
        self._heading = 0
        self._cells: list[str] | None = None

    def read(self, tokens: Iterable[Token]) -> None:
        """Read the tokens of a whole text."""
        for token in tokens:
            if token.type in _KINDS:
                self._kinds.append(_KINDS[token.type])
            elif token.type in {"list_item_close", "blockquote_close"}:
                self._kinds.pop()
            elif token.type == "heading_open":
                self._heading = int(token.tag[1:])
            elif token.type == "tr_open":
                self._cells = []
            elif token.type == "tr_close":
                self._end_row()
            elif token.type == "inline":
                self._add_inline(token)
            elif token.type in _CODE:
                for line in token.content.split("\n"):
                    self._add(line)
            elif token.type == "html_block":
                self._drop(token.content, RAW_HTML)

    def _add_inline(self, token: Token) -> None:
        text = words_of(token.children or [], self.footnotes, self._log, self.dropped)
        if self._cells is not None:
            self._cells.append(tidy(text, self._log))
        elif self._heading == 1 and self.title is None and not self._kinds and tidy(text, self._log):
            self.title = tidy(text, self._log)
        else:
            self._add(text)
        self._heading = 0

    def _end_row(self) -> None:
        cells, self._cells = self._cells or [], None
        self._add(join_cells(cells, self._log))

    def _add(self, text: str) -> None:
        line = tidy(text, self._log)
        if line:
            kind = self._kinds[-1] if self._kinds else BlockKind.PARAGRAPH
            self.blocks.append(Block(BlockKind.HEADING if self._heading else kind, line))
            check_blocks(len(self.blocks))

    def _drop(self, text: str, reason: str) -> None:
        line = tidy(text, self._log)
        if line:
            self.dropped.add(line, reason)
