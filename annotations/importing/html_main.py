"""Which pieces of a page are its text.

trafilatura says where the text is, by rules that were measured on thousands of pages; it is not asked for the text
itself, because it joins words, forgets repeated passages and drops captions. A piece is kept if trafilatura kept it, or
if it stands in the part of the page that holds nearly everything that trafilatura kept and nothing speaks against it.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence

import trafilatura
from lxml.etree import _Element  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from annotations.importing.furniture import furniture_reason
from annotations.importing.html_tree import Box, Piece
from annotations.vocabulary import BlockKind

MAX_ELEMENTS = 50_000
MAX_DEPTH = 100
"""trafilatura takes time that grows with elements times depth, and recurses; larger pages are read without it."""

MAIN_SHARE = 0.8
"""The main part is the smallest one with so much of what trafilatura kept."""

LEAST_SHARE = 0.2
"""If less than this of the page's running text is kept, trafilatura has looked in the wrong place."""

BOILERPLATE = "boilerplate: not in the main part of the page"
LINKS = "boilerplate: links to other pages"
HEADS_NOTHING = "boilerplate: heading of what was left out"

_SHINGLE = 4
_SHINGLES_SHARED = 0.5
_LINKED = 0.8
# Scripts without spaces are taken character by character.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("trafilatura").propagate = False


def reasons_against(root: HtmlElement, pieces: Sequence[Piece], *, fragment: bool) -> list[str | None]:
    """For each piece of a page why it is no part of the text, or None where it is.

    Args:
        root: the page.
        pieces: what was read from it.
        fragment: whether an editor gave a part of a page; then everything is text but what says otherwise.
    """
    page_size = sum(len(piece.text) for piece in pieces)
    regions = [piece.region.in_force(page_size) if piece.region else None for piece in pieces]
    reasons = [region.reason if region else None for region in regions]
    if not fragment and _is_within_bounds(root):
        found = _text_found(root)
        if found is not None:
            judged = _judge(pieces, reasons, found)
            if judged is not None:
                return judged
    return reasons


def _is_within_bounds(root: HtmlElement) -> bool:
    depth = deepest = 0
    stack = [iter(root)]
    ...
    return True
