"""Parts of a page that are no part of its text, told by what their source says they are.

Elements and roles say it outright; class names and ids are words that somebody chose, so they count only as whole
words, and not where the part holds the main heading or most of the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement  # type: ignore[import-untyped]

MAX_NESTED = 8
"""Regions inside regions that are told apart."""

LARGEST_SHARE = 0.5
"""A larger share of the page is no mere part of it, whatever its class says."""

LARGEST_SHARE_OF_TEXT = 0.25
"""Nor is what holds a larger share of what trafilatura took for the text."""

LARGEST_SHARE_FOUND = 0.5
"""Nor is what trafilatura took for text by more than half: the first paragraph may stand in a "promo" as well."""

LEAST_FOUND = 60
"""Characters from which that counts; it takes short lines for text now and then."""

_WITHOUT_SCRIPTS = "shown only where scripts do not run"
_MAY_HOLD_HEADINGS = frozenset({"navigation", _WITHOUT_SCRIPTS})
"""The name of the site is often marked up as the main heading."""

_RUNNING_TEXT_OF_ITS_OWN = frozenset(
    {"cookie or consent notice", "dialog", "newsletter sign-up", "readers' comments", "about the author", "page footer"}
)
"""What trafilatura may take for text, because it reads like one."""

_BY_TAG: dict[str, tuple[str, bool]] = {
    "nav": ("navigation", False),
    "menu": ("navigation", False),
    "search": ("search form", False),
    "footer": ("page footer", False),
    "form": ("form", False),
    "button": ("form control", True),
    "select": ("form control", True),
    "textarea": ("form control", True),
    "label": ("form control", False),
    "legend": ("form control", False),
    "noscript": (_WITHOUT_SCRIPTS, False),
    "del": ("struck out", True),
    "s": ("struck out", True),
    "strike": ("struck out", True),
    "rt": ("reading set above the words", True),
}
_BY_ROLE: dict[str, tuple[str, bool]] = {
    "navigation": ("navigation", True),
    "menu": ("navigation", False),
    "menubar": ("navigation", False),
    "search": ("search form", False),
    "contentinfo": ("page footer", False),
    "dialog": ("dialog", False),
    "alertdialog": ("dialog", False),
    "toolbar": ("form control", False),
    "button": ("form control", False),
    "banner": ("page header", False),
}
_WORDS: dict[str, str] = {
    "cookie or consent notice": r"cookies?|consent|gdpr|cmp|onetrust|cookiebot|didomi",
    "sharing": (
        r"shar(?:e|es|ing|er)|social(?:-(?:share|links?|media|icons?|bar|buttons?|nav|wrap|list))?$|sociable|addtoany|"
        r"addthis|sharedaddy|followus"
    ),
    "newsletter sign-up": r"newsletters?|subscribe|subscription|signup|sign-up|mailing-list|email-capture",
    "links to other pages": (
        r"related|recommended|recommendations?|recirc|outbrain|taboola|trending|popular|most-read|more-stories|"
        r"read-next|read-more|also-like|up-next|next-post|prev-post|post-nav"
    ),
    "breadcrumbs": r"breadcrumbs?",
    "readers' comments": r"comments|commentlist|comment-list|comment-form|disqus|respond",
    "about the author": r"author-bio|author-box|author-info|author-card|author-profile|about-author|author-about",
    "byline and date": r"byline|dateline|timestamp|pubdate|(?:post|entry|article)-(?:meta|date|info|author)",
    "advertising": r"ads?|advert|adverts|advertisement|advertising|sponsored|sponsor|promo|dfp",
    "navigation": r"nav|navbar|navigation|subnav|menu|skip-link|skip-to-content|pagination|pager|back-to-top",
    "sidebar": r"sidebar|widget-area|widgets",
    "page footer": r"footer|site-footer|page-footer|colophon",
    "tags": r"tags|tag-list|tagcloud|(?:post|entry|article)-(?:tags|categories)",
    "hidden in the source": r"sr-only|visually-?hidden|screen-reader-text|screen-reader-only",
}
_WORD = re.compile(
    "|".join(f"(?P<r{index}>(?<![a-z0-9])(?:{words})(?![a-z0-9]))" for index, words in enumerate(_WORDS.values()))
)
_REASONS = tuple(_WORDS)
# Classes that say what is around the element, not what it is.
_STATES = re.compile(r"(?:has|is|with|no|js|without|show|hide|open|active)-\S*|\S*-(?:open|active|enabled|visible)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_HIDDEN = "hidden in the source"
_INLINE_BY_CLASS = frozenset({_HIDDEN})
_WHOLE_PAGE = frozenset({"html", "body"})


@dataclass(eq=False, slots=True)
class Region:
    """A part of a page that may be no part of its text.

    Attributes:
        reason: what it is.
        sure: whether nothing can speak against it.
        outer: the region around it.
        depth: regions from here outwards.
        size: characters in it that are no links: a menu may be longer than the text.
        found: how many of them trafilatura took for text.
        holds_main: whether the main heading or the marked main part is inside.
    """

    reason: str
    sure: bool
    outer: Region | None
    depth: int
    size: int = 0
    found: int = 0
    holds_main: bool = False

    def note_main(self) -> None:
        """Note that the main heading, or what is marked as the main part, is inside."""
        for region in self.chain():
            region.holds_main = region.reason not in _MAY_HOLD_HEADINGS

    def chain(self) -> list[Region]:
        """This region and those around it, the innermost first."""
        regions: list[Region] = []
        region: Region | None = self
        while region is not None:
            regions.append(region)
            region = region.outer
        return regions

    def in_force(self, page_size: int, text_size: int = 0) -> Region | None:
        """The outermost of the regions from here outwards that are what they look like, or None.

        Args:
            page_size: characters on the page that are no links.
            text_size: how many of them trafilatura took for text; 0 if it was not asked, or found nothing.
        """
        for region in reversed(self.chain()):
            enough = max(LEAST_FOUND, min(LARGEST_SHARE_FOUND * region.size, LARGEST_SHARE_OF_TEXT * text_size))
            is_found = region.found > enough and region.reason not in _RUNNING_TEXT_OF_ITS_OWN
            is_main = region.size > LARGEST_SHARE * page_size or is_found
            if region.sure or not (is_main or region.holds_main):
                return region
        return None


def region_of(element: HtmlElement, outer: Region | None, *, block: bool, in_text: bool) -> Region | None:
    """The region that ``element`` opens inside ``outer``; ``outer`` itself if it opens none.

    Args:
        element: the element.
        outer: the region that it stands in, or None.
        block: whether it is set apart from the text around it.
        in_text: whether it stands inside an article or a section, whose header belongs to the text.
    """
    tag = element.tag.lower()
    if tag in _WHOLE_PAGE or (outer is not None and (outer.sure or outer.depth >= MAX_NESTED)):
        return outer
    found = _told(element, tag, block=block, in_text=in_text)
    if found is None:
        return outer
    reason, sure = found
    return Region(reason, sure, outer, 1 if outer is None else outer.depth + 1)


def _told(element: HtmlElement, tag: str, *, block: bool, in_text: bool) -> tuple[str, bool] | None:
    if _is_hidden(element, tag):
        return _HIDDEN, True
    if tag in _BY_TAG and not (tag == "footer" and _is_quoted(element)):
        return _BY_TAG[tag]
    role = (element.get("role") or "").strip().lower()
    if role in _BY_ROLE:
        return _BY_ROLE[role]
    if tag == "header" and not in_text:
        return "page header", False
    reason = _by_name(element)
    if reason is None or not (block or reason in _INLINE_BY_CLASS):
        return None
    return reason, reason == _HIDDEN


def _is_quoted(element: HtmlElement) -> bool:
    """The footer of a quotation says whose it is."""
    parent = element.getparent()
    return parent is not None and parent.tag in {"blockquote", "figure"}


def _is_hidden(element: HtmlElement, tag: str) -> bool:
    hidden = element.get("hidden")
    return (
        (hidden is not None and hidden.lower() != "until-found")
        or (tag == "dialog" and element.get("open") is None)
        or _HIDDEN_STYLE.search(element.get("style") or "") is not None
    )


def _by_name(element: HtmlElement) -> str | None:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if names == " ":
        return None
    for name in names[:1_000].split():
        if _STATES.fullmatch(name):
            continue
        found = _WORD.search(_CAMEL.sub("-", name).lower().replace("_", "-"))
        if found and found.lastgroup:
            return _REASONS[int(found.lastgroup[1:])]
    return None
