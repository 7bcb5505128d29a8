"""Which pieces of a page are its text.

trafilatura says where the text is, by rules that were measured on many real pages; it is not asked for the text itself,
because it may join words, forget passages and drop captions. A piece is kept if trafilatura kept it, or if it stands in
the part of the page that holds nearly everything that trafilatura kept and nothing speaks against it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]
from trafilatura.settings import Document

from annotations.importing.furniture import furniture_reason
from annotations.importing.html_tree import Box, Piece
from annotations.importing.shapes import ends_sentence, is_byline_or_date
from annotations.vocabulary import BlockKind

MAX_ELEMENTS = 10_000
MAX_DEPTH = 100
"""trafilatura recurses, and takes time that grows with the square of the elements; larger pages are read without it.

Of the pages that it is measured on, one in a hundred has more than 3,700 elements, none is nested more than 42 deep.
"""

MAIN_SHARE = 0.8
"""The main part is the smallest one with so much of what trafilatura kept."""

LEAST_SHARE = 0.2
"""If less than this of the page's running text is kept, trafilatura has looked in the wrong place."""

LINKS_OF_A_MENU = 3
"""So many links and hardly a word between them lead through the site; a reference has one or two."""

SHORTEST_LEAD = 60
"""Characters of the shortest sentence that opens a text."""

BYLINE = "byline and date"
BOILERPLATE = "boilerplate (not in the main part of the page)"
LINKS = "boilerplate (links to other pages)"
HEADS_NOTHING = "boilerplate (heading of what was left out)"

_SHINGLE = 4
_SHINGLES_SHARED = 0.5
_LINKED = 0.8
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# Scripts that are written without spaces are taken character by character.
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")

# What it has to say of a page stands in the import report.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("trafilatura").propagate = False


def reasons_against(root: HtmlElement, pieces: Sequence[Piece], *, fragment: bool) -> list[str | None]:
    """For each piece of a page why it is no part of the text, or None where it is.

    Args:
        root: the page.
        pieces: what was read from it.
        fragment: whether this is a part of a page; then everything is text but what says otherwise of itself.
    """
    body = None if fragment or not _is_within_bounds(root) else _main_text(root)
    if body is None:
        return _reasons_of_regions(pieces, 0)
    found = _Found(body)
    kept = [not _is_menu(piece) and found.holds(piece.text) for piece in pieces]
    return _judge(pieces, kept)


def _reasons_of_regions(pieces: Sequence[Piece], text_size: int) -> list[str | None]:
    page_size = sum(piece.running for piece in pieces)
    regions = [piece.region.in_force(page_size, text_size) if piece.region else None for piece in pieces]
    return [region.reason if region else None for region in regions]


def _is_within_bounds(root: HtmlElement) -> bool:
    elements = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        elements, depth = elements + 1, depth + 1
        if elements > MAX_ELEMENTS or depth > MAX_DEPTH:
            return False
    return True


def _main_text(root: HtmlElement) -> HtmlElement | None:
    document = trafilatura.bare_extraction(
        root,
        favor_recall=True,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        include_images=False,
        include_links=False,
        deduplicate=False,
        with_metadata=False,
    )
    return document.body if isinstance(document, Document) else None


class _Found:
    """The words that trafilatura kept, in a form in which pieces can be looked up."""

    def __init__(self, body: HtmlElement) -> None:
        self._runs = {_key("".join(element.itertext())) for element in body.iter("*") if len(element) == 0}
        self._shingles = set(_shingles(_words(" ".join(body.itertext()))))

    def holds(self, text: str) -> bool:
        words = _words(text)
        if len(words) < _SHINGLE:
            return "".join(words) in self._runs
        shingles = list(_shingles(words))
        shared = sum(1 for shingle in shingles if shingle in self._shingles)
        return shared >= _SHINGLES_SHARED * len(shingles)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _key(text: str) -> str:
    return "".join(_words(text))


def _shingles(words: Sequence[str]) -> Iterator[int]:
    return (hash(tuple(words[start : start + _SHINGLE])) for start in range(len(words) - _SHINGLE + 1))


def _judge(pieces: Sequence[Piece], found: Sequence[bool]) -> list[str | None]:
    found_size = 0
    for piece, is_found in zip(pieces, found, strict=True):
        if is_found:
            found_size += piece.running
            for region in piece.region.chain() if piece.region else ():
                region.found += piece.running
    reasons = _reasons_of_regions(pieces, found_size)
    kept = [is_found and reason is None for is_found, reason in zip(found, reasons, strict=True)]
    text = [piece for piece, is_kept in zip(pieces, kept, strict=True) if is_kept]
    running = [piece for piece, reason in zip(pieces, reasons, strict=True) if reason is None and not _is_linked(piece)]
    size = _size(text)
    if not text or size < LEAST_SHARE * _size(running):
        return reasons
    main = _main_box(text, size)
    judged = [
        reason or (None if is_kept else _against(piece, main))
        for piece, reason, is_kept in zip(pieces, reasons, kept, strict=True)
    ]
    _keep_lead(pieces, judged)
    return _without_idle_headings(pieces, judged, kept)


def _keep_lead(pieces: Sequence[Piece], judged: list[str | None]) -> None:
    """Keep whole sentences between the main heading and the text: the opening paragraph may have a place of its own."""
    first = next((at for at, reason in enumerate(judged) if reason is None and pieces[at].level != 1), 0)
    heading = next((at for at in range(first - 1, -1, -1) if pieces[at].level == 1), first)
    for at in range(heading + 1, first):
        piece = pieces[at]
        if judged[at] == BOILERPLATE and _is_sentence(piece) and not _is_linked(piece):
            judged[at] = None


def _size(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _main_box(kept: Sequence[Piece], size: int) -> Box | None:
    """The smallest box with nearly all that was kept, or the article around it, or else the main part of the page."""
    sizes: dict[Box, int] = {}
    for piece in kept:
        for box in _boxes(piece.box):
            sizes[box] = sizes.get(box, 0) + len(piece.text)
    large = [box for box, held in sizes.items() if held >= MAIN_SHARE * size]
    if not large:
        return None
    inner = min(large, key=lambda box: (sizes[box], -sum(1 for _ in _boxes(box))))
    around = list(_boxes(inner))
    marked = [box for tag in ("article", "main") for box in around if box.tag == tag]
    return marked[0] if marked else inner


def _boxes(box: Box | None) -> Iterator[Box]:
    while box is not None:
        yield box
        box = box.parent


def _against(piece: Piece, main: Box | None) -> str | None:
    if main is None or main not in _boxes(piece.box):
        return BOILERPLATE
    if _is_linked(piece) and piece.kind is not BlockKind.HEADING:
        return LINKS
    if is_byline_or_date(piece.text):
        return BYLINE
    return furniture_reason(piece.text)


def _is_sentence(piece: Piece) -> bool:
    return len(piece.text) >= SHORTEST_LEAD and ends_sentence(piece.text)


def _is_menu(piece: Piece) -> bool:
    return piece.links >= LINKS_OF_A_MENU and _is_linked(piece)


def _is_linked(piece: Piece) -> bool:
    return piece.linked >= _LINKED * len(piece.text)


def _without_idle_headings(
    pieces: Sequence[Piece], reasons: Sequence[str | None], kept: Sequence[bool]
) -> list[str | None]:
    """Leave out headings that trafilatura did not keep, where nothing is kept of what they head."""
    judged = list(reasons)
    text_below = left_out_below = False
    for position in reversed(range(len(pieces))):
        if pieces[position].kind is not BlockKind.HEADING:
            text_below = text_below or judged[position] is None
            left_out_below = left_out_below or judged[position] is not None
        elif judged[position] is not None:
            left_out_below = True
        elif left_out_below and not text_below and not kept[position] and not _is_sentence(pieces[position]):
            judged[position] = HEADS_NOTHING
        else:
            text_below = left_out_below = False
    return judged
