"""HTML to title and blocks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from annotations.errors import EmptyText
from annotations.importing.decoding import decode_markup
from annotations.importing.document import Block, ImportedText, RepairLog
from annotations.importing.furniture import furniture_reason
from annotations.importing.html_head import said_of_itself
from annotations.importing.html_main import reasons_against
from annotations.importing.html_tree import Piece, parse, read_pieces
from annotations.importing.markup import DropLog, check_size
from annotations.importing.plain_text import MAX_FURNITURE_LINES
from annotations.importing.shapes import same_words

_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_NAME_OF_THE_SITE = frozenset({"navigation", "page footer", "hidden in the source"})
"""A main heading in such a part is the site's name, or nothing that anybody sees."""

_DUPLICATE = "duplicate of the title line"


def read_html(data: bytes, *, encoding: str | None = None, address: str | None = None) -> ImportedText:
    """Read an HTML page, or a part of one, into its title, its blocks and a report of what was left out.

    Args:
        data: the page, at most :data:`annotations.importing.plain_text.MAX_BYTES`. Nothing is fetched for it.
        encoding: its encoding, if it is known; otherwise what the page declares, UTF-8 and Windows-1252 are tried.
        address: where it was found, to resolve the addresses in it.

    **Text.** Of a page, the main part is found by trafilatura, and everything in that part is kept but what its source
    calls navigation, sharing, advertising and the like. What has no ``<html>``, ``<head>`` or ``<body>`` is a part that
    somebody chose: all of it is kept, with the same exceptions. See ``docs/importing.md`` for kinds and reasons.

    **Title.** The main heading (the one that agrees with the page's title, or the first in the text), else the title in
    the page's head without the site's name; otherwise there is none.

    Raises:
        InvalidText: the file is too large, has too many blocks, is nested too deeply, or stacks combining marks.
        InvalidInput: ``encoding`` is not known.
        UndecodableText: the file is binary or in an encoding that cannot be told.
        EmptyText: nothing is left to read.
    """
    check_size(data)
    log = RepairLog()
    decoded = decode_markup(data, encoding, log)
    root = parse(decoded.text)
    fragment = _PAGE.search(decoded.text) is None
    pieces = read_pieces(root, log)
    reasons = reasons_against(root, pieces, fragment=fragment)
    _leave_out_edges(pieces, reasons)
    said = said_of_itself(root, address, log)
    title, heading = _take_title(pieces, reasons, said.pop("title", None))
    dropped = DropLog()
    blocks = []
    for position, (piece, reason) in enumerate(zip(pieces, reasons, strict=True)):
        if position == heading:
            continue
        if reason is None:
            blocks.append(Block(piece.kind, piece.text))
        else:
            dropped.add(piece.text, reason, piece.region)
    if not blocks:
        raise EmptyText("nothing is left to read", field="data", context={"dropped": len(dropped)})
    return ImportedText(
        title=title,
        blocks=blocks,
        dropped=dropped.report(),
        repairs=log.repairs(),
        encoding=decoded.encoding,
        format="HTML fragment" if fragment else "HTML",
        source_sha256=hashlib.sha256(data).hexdigest(),
        suggested=said,
    )


def _leave_out_edges(pieces: Sequence[Piece], reasons: list[str | None]) -> None:
    """Give a reason to the page furniture with which the text begins and ends."""
    kept = [position for position, reason in enumerate(reasons) if reason is None]
    for positions in (kept, kept[::-1]):
        for position in positions[:MAX_FURNITURE_LINES]:
            reasons[position] = furniture_reason(pieces[position].text)
            if reasons[position] is None:
                break


def _take_title(pieces: Sequence[Piece], reasons: list[str | None], told: str | None) -> tuple[str | None, int | None]:
    """The title, and the position of the piece that it is; a copy right below it is given a reason."""
    heading = _main_heading(pieces, reasons, told)
    title = told if heading is None else pieces[heading].text
    if title is None:
        return None, None
    first = next((at for at, reason in enumerate(reasons) if reason is None and at != heading), None)
    more = any(reason is None and at not in {heading, first} for at, reason in enumerate(reasons))
    if first is not None and more and same_words(pieces[first].text, title):
        reasons[first] = _DUPLICATE
    return title, heading


def _main_heading(pieces: Sequence[Piece], reasons: Sequence[str | None], told: str | None) -> int | None:
    candidates = [at for at, piece in enumerate(pieces) if piece.level == 1 and reasons[at] not in _NAME_OF_THE_SITE]
    agreeing = [at for at in candidates if told is not None and same_words(pieces[at].text, told)]
    in_text = [at for at in candidates if reasons[at] is None]
    if agreeing or in_text:
        return (agreeing or in_text)[0]
    return candidates[0] if candidates and told is None else None
