"""What a page says of itself: its title, and where, when and by whom it appeared. Nothing here is checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from annotations.importing.document import RepairLog
from annotations.importing.markup import tidy
from annotations.importing.shapes import same_words

MAX_SUGGESTION = 500
MAX_FOUND = 2_000
"""So much of what was found is looked at; a longer title is none."""

MAX_JSON_LD = 200_000
MAX_JSON_LD_NODES = 2_000

_SITE_BORDER = re.compile(r"\s+[|–—·»•:‹›-]+\s+|\s*\|\s*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]{0,13}(?:Z|[+-]\d\d:?\d\d)?)?")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8}){0,3}")
_ARTICLE_TYPE = re.compile(r"\w*(?:Article|BlogPosting|WebPage|Report)")
_NAMES = {
    "site_name": ("og:site_name", "application-name"),
    "author": ("author", "article:author", "dc.creator", "parsely-author", "citation_author"),
    "published_at": (
        "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "citation_publication_date",
        "parsely-pub-date", "pubdate",
    ),
    "canonical_url": ("og:url",),
    "title": ("og:title", "twitter:title", "citation_title", "dc.title"),
}  # fmt: skip


def said_of_itself(root: HtmlElement, address: str | None, log: RepairLog) -> dict[str, str]:
    """Title, site name, author, day, address and language as the page's head and its JSON-LD give them.

    Keys: "title" (made for sharing, or else that of the window; the site's name is taken off), "site_name", "author",
    "published_at", "canonical_url", "language", each only if found and of a sensible form.

    Args:
        root: the page.
        address: where it was fetched from, if that is known; relative addresses are resolved against it.
        log: takes the repairs.
    """
    metas = _metas(root)
    found = {key: next((metas[name] for name in names if name in metas), "") for key, names in _NAMES.items()}
    for key, value in _json_ld(root).items():
        found[key] = found.get(key) or value
    shared = _absolute(found["canonical_url"], address)
    found["canonical_url"] = _absolute(_canonical(root), shared or address) or shared
    found["language"] = root.get("lang") or root.get("xml:lang") or ""
    found["title"] = found["title"] or next((title.text_content() for title in root.iterfind("head/title")), "")
    return _sensible({key: tidy(value[:MAX_FOUND], log) for key, value in found.items()}, address)


def _metas(root: HtmlElement) -> dict[str, str]:
    """Content of each meta element by its name in lower case, the first of each name."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = meta.get("content")
        if name and content and not content.isspace():
            metas.setdefault(name.strip().lower(), content)
    return metas


def _canonical(root: HtmlElement) -> str:
    links = (link for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    return next((link.get("href") or "" for link in links), "")


def _json_ld(root: HtmlElement) -> dict[str, str]:
    """What the first node that describes an article says."""
    for node in _nodes(root):
        types = node.get("@type")
        names = types if isinstance(types, list) else [types]
        if any(isinstance(name, str) and _ARTICLE_TYPE.fullmatch(name) for name in names):
            said = {
                "title": node.get("headline"),
                "author": _name(node.get("author")),
                "published_at": node.get("datePublished"),
                "site_name": _name(node.get("publisher")),
            }
            return {key: value for key, value in said.items() if isinstance(value, str)}
    return {}


def _nodes(root: HtmlElement) -> Iterator[dict[str, Any]]:
    read = 0
    for script in root.iter("script"):
        text = script.text or ""
        read += len(text)
        if script.get("type") != "application/ld+json" or read > MAX_JSON_LD:
            continue
        try:
            waiting = [json.loads(text)]
        except (ValueError, RecursionError):  # not JSON, so it says nothing
            continue
        for _ in range(MAX_JSON_LD_NODES):
            node = waiting.pop(0) if waiting else None
            if isinstance(node, dict):
                yield node
                waiting += node["@graph"] if isinstance(node.get("@graph"), list) else []
            elif isinstance(node, list):
                waiting += node


def _name(value: Any) -> str | None:
    """The name, or the names, of a person or an organisation in JSON-LD."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_name(item) for item in value[:20] if not isinstance(item, list)))) or None
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else None


def _sensible(said: dict[str, str], address: str | None) -> dict[str, str]:
    if not _DATE.fullmatch(said["published_at"]):
        said["published_at"] = ""
    if not _LANGUAGE.fullmatch(said["language"]):
        said["language"] = ""
    said["title"] = _without_site(said["title"], {said["site_name"], _host(said["canonical_url"] or address or "")})
    return {key: value for key, value in said.items() if 0 < len(value) <= MAX_SUGGESTION}


def _absolute(link: str, address: str | None) -> str:
    try:
        joined = urljoin(address or "", link) if link else ""
        parts = urlsplit(joined)
        return joined if parts.scheme in {"http", "https"} and parts.hostname else ""
    except ValueError:  # an address that is none is not suggested
        return ""


def _host(address: str) -> str:
    try:
        labels = (urlsplit(address).hostname or "").split(".")
    except ValueError:  # as above
        return ""
    return labels[-2] if len(labels) > 1 else ""


def _without_site(title: str, names: set[str]) -> str:
    """``title`` without the site's name before or after it; after an upright bar stands nothing else."""
    borders = list(_SITE_BORDER.finditer(title[:MAX_SUGGESTION]))
    if not borders:
        return title
    first, last = borders[0], borders[-1]
    front, back = title[: first.start()], title[last.end() :]
    if any(same_words(back, name) for name in names) or ("|" in last.group() and len(back) < last.start()):
        return title[: last.start()]
    return title[first.end() :] if any(same_words(front, name) for name in names) else title
