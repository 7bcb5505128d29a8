"""From HTML to the pieces of text that a reader sees, in their order, each with the boxes that it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]

from annotations.errors import EmptyText, InvalidText
from annotations.importing.document import RepairLog
from annotations.importing.html_regions import Region, region_of
from annotations.importing.markup import above_the_line, check_blocks, join_cells, tidy
from annotations.vocabulary import BlockKind

MAX_DEPTH = 2_000
"""Levels of nesting; libxml2 stops reading at 2,048, browsers at 512."""

_NEVER_SEEN = frozenset(
    {
        "head", "title", "script", "style", "template", "iframe", "object", "embed", "applet", "audio", "video",
        "canvas", "svg", "map", "area", "datalist", "noframes", "meta", "link", "base", "param", "source", "track",
        "col", "colgroup", "rp", "input",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "html", "body", "article", "section", "main", "div", "p", "ul", "ol", "dl", "li", "dt", "dd", "blockquote",
        "figure", "figcaption", "header", "footer", "nav", "aside", "address", "pre", "table", "thead", "tbody",
        "tfoot", "tr", "td", "th", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "form", "fieldset", "legend",
        "details", "summary", "hgroup", "dialog", "menu", "center", "dir", "search", "noscript", "option", "optgroup",
    }
)  # fmt: skip
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_KINDS = dict.fromkeys(("li", "dt", "dd"), BlockKind.LIST_ITEM) | {"blockquote": BlockKind.QUOTE}
_OF_THE_TEXT = frozenset({"article", "main", "section", "blockquote", "figure"})
_SET_APART = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_BREAKS_BETWEEN_PARAGRAPHS = 2
"""So many line breaks in a row set paragraphs apart, as on pages without paragraph tags."""

_LONGEST_EMOJI = 8


@dataclass(eq=False, slots=True)
class Box:
    """An element that sets its text apart from its neighbours."""

    tag: str
    parent: Box | None
    kind: BlockKind
    level: int
    region: Region | None
    in_text: bool


@dataclass(eq=False, slots=True)
class Piece:
    """A run of text that stands by itself: a block, or something to be left out.

    Attributes:
        text: one tidy line.
        box: the innermost box around it.
        kind: what it would be as a block.
        level: 1 to 6 for a heading, else 0.
        linked: how many of its characters lead elsewhere.
        links: by how many links.
        region: what it is part of that may be no part of the text, or None.
    """

    text: str
    box: Box
    kind: BlockKind
    level: int
    linked: int
    links: int
    region: Region | None

    @property
    def running(self) -> int:
        """Characters that are no links."""
        return len(self.text) - self.linked


@dataclass(eq=False, slots=True)
class _Run:
    """Text that is being gathered: of a box, or of something inside a line that may have to be left out."""

    box: Box
    region: Region | None
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    breaks: int = 0


@dataclass(eq=False, slots=True)
class _Frame:
    """What must be put back when an element ends."""

    run: _Run
    tag: str
    separate: bool
    raised_from: int | None
    first_piece: int
    cells: list[int] = field(default_factory=list)


def parse(text: str) -> HtmlElement:
    """The tree of a page or of a piece of one; comments are gone.

    Raises:
        EmptyText: there is nothing to parse.
        InvalidText: elements are nested too deeply, so that a part would be lost.
    """
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = document_fromstring(text.encode(), parser=parser)
    except etree.ParserError as error:
        raise EmptyText("nothing is left to read", field="data", context={"dropped": 0}) from error
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise InvalidText(
            f"elements are nested more than {MAX_DEPTH} deep", field="data", context={"max_depth": MAX_DEPTH}
        )
    return root


def read_pieces(root: HtmlElement, log: RepairLog) -> list[Piece]:
    """Everything that a reader sees on the page, and the text that its source hides from them, in order.

    Raises:
        InvalidText: there are too many pieces, or combining marks are stacked endlessly.
    """
    reader = _Reader(log)
    reader.read(root)
    return reader.pieces


class _Reader:
    def __init__(self, log: RepairLog) -> None:
        self.pieces: list[Piece] = []
        self._log = log
        self._run = _Run(Box("", None, BlockKind.PARAGRAPH, 0, None, False), None)
        self._frames: list[_Frame] = []
        self._links = 0
        self._preformatted = 0

    def read(self, root: HtmlElement) -> None:
        """Walk the tree without recursion: hostile pages are deeper than the stack."""
        self._enter(root)
        stack = [(root, iter(root))]
        while stack:
            element, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._leave()
                self._add(element.tail if stack else None)
            elif isinstance(child.tag, str) and self._is_read(child):
                self._enter(child)
                stack.append((child, iter(child)))
            else:
                self._add(child.tail)
        self._flush()

    def _is_read(self, element: HtmlElement) -> bool:
        if element.tag == "br":
            self._break()
        elif element.tag == "img":
            self._add(_emoji(element))
        else:
            return element.tag not in _NEVER_SEEN
        return False

    def _enter(self, element: HtmlElement) -> None:
        tag = element.tag
        outer = self._run
        block = tag in _BLOCKS or _SET_APART.search(element.get("style") or "") is not None
        region = region_of(element, outer.region, block=block, in_text=outer.box.in_text)
        separate = block or region is not outer.region
        if block:
            self._flush()
            self._run = _Run(_box(tag, outer.box, region), region)
        elif separate:
            self._run = _Run(outer.box, region)
        if region is not None and _is_main(element, tag):
            region.note_main()
        frame = _Frame(outer, tag, separate, len(self._run.parts) if tag == "sup" else None, len(self.pieces))
        if tag in {"td", "th"}:
            self._begin_cell()
        self._frames.append(frame)
        if tag == "a":
            self._links += 1
            self._run.links += 1
        self._preformatted += tag == "pre"
        if tag == "q":
            self._quote("“")
        self._add(element.text)

    def _leave(self) -> None:
        frame = self._frames.pop()
        if frame.raised_from is not None:
            raised = "".join(self._run.parts[frame.raised_from :])
            self._run.parts[frame.raised_from :] = [above_the_line(raised, self._log)]
        if frame.tag == "q":
            self._quote("”")
        self._links -= frame.tag == "a"
        self._preformatted -= frame.tag == "pre"
        if frame.separate:
            self._flush()
            self._run = frame.run
        if frame.tag == "tr":
            self._join_cells(frame)

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._preformatted and "\n" in text:
            first, *others = text.split("\n")
            self._gather(first)
            for line in others:
                self._flush()
                self._gather(line)
        else:
            self._gather(text)

    def _gather(self, text: str) -> None:
        run = self._run
        run.parts.append(text)
        if not text.isspace():
            run.breaks = 0
            run.linked += len(text) if self._links else 0

    def _break(self) -> None:
        self._run.parts.append(" ")
        self._run.breaks += 1
        if self._run.breaks == _BREAKS_BETWEEN_PARAGRAPHS or self._preformatted:
            self._flush()

    def _quote(self, mark: str) -> None:
        """Browsers print the marks of a quotation inside a line; without them its words would be the author's own."""
        self._log.add("quotation marks of an element", "", mark)
        self._gather(mark)

    def _flush(self) -> None:
        """End the piece that is being gathered."""
        run = self._run
        text = tidy("".join(run.parts), self._log) if run.parts else ""
        linked, links = min(run.linked, len(text)), run.links
        run.parts, run.linked, run.links, run.breaks = [], 0, 0, 0
        if not text:
            return
        piece = Piece(text, run.box, run.box.kind, run.box.level, linked, links, run.region)
        self.pieces.append(piece)
        check_blocks(len(self.pieces))
        for region in run.region.chain() if run.region else ():
            region.size += piece.running

    def _begin_cell(self) -> None:
        for frame in reversed(self._frames[-3:]):
            if frame.tag == "tr":
                frame.cells.append(len(self.pieces))
                return

    def _join_cells(self, row: _Frame) -> None:
        """Make one piece of a row whose cells hold one piece each; other rows lay out a page, and are left alone."""
        ends = [*row.cells[1:], len(self.pieces)]
        cells = [self.pieces[start:end] for start, end in zip(row.cells, ends, strict=False)]
        shown = [piece for cell in cells for piece in cell]
        alike = all(piece.kind is shown[0].kind and piece.region is shown[0].region for piece in shown)
        if len(shown) < 2 or not alike or shown[0].level or any(len(cell) > 1 for cell in cells):
            return
        text = join_cells((cell[0].text if cell else "" for cell in cells), self._log)
        first = shown[0]
        linked, links = sum(piece.linked for piece in shown), sum(piece.links for piece in shown)
        self.pieces[row.cells[0] :] = [Piece(text, first.box, first.kind, 0, linked, links, first.region)]


def _box(tag: str, parent: Box, region: Region | None) -> Box:
    level = _LEVELS.get(tag, 0)
    kind = BlockKind.HEADING if level else _KINDS.get(tag, parent.kind)
    if not level and parent.kind is BlockKind.HEADING:
        level = parent.level
    return Box(tag, parent, kind, level, region, parent.in_text or tag in _OF_THE_TEXT)


def _is_main(element: HtmlElement, tag: str) -> bool:
    return tag in {"h1", "main"} or element.get("role") == "main" or element.get("itemprop") == "articleBody"


def _emoji(image: HtmlElement) -> str | None:
    """The characters for which an image stands; other images have no words of their own."""
    text = image.get("alt") or ""
    is_emoji = 0 < len(text) <= _LONGEST_EMOJI and not text.isascii() and not any(map(str.isalnum, text))
    return text if is_emoji else None
