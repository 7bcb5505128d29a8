"""What is measured: the reads that make up nearly all traffic, on the sample corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.v1.examples import ARTICLE, PARAGRAPH

BROWSER_ENCODINGS = "gzip, deflate, br, zstd"


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request.

    Attributes:
        name: stands in addresses and in the saved results.
        title: stands in the table.
        path: what is asked for.
        headers: sent along.
        revalidates: whether the caller already holds the answer, and sends its entity tag.
    """

    name: str
    title: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    revalidates: bool = False


CASES = (
    Case("article", "article", f"/v1/articles/{ARTICLE}"),
    Case(
        "article-compressed",
        "article, as browsers ask",
        f"/v1/articles/{ARTICLE}",
        headers={"Accept-Encoding": BROWSER_ENCODINGS},
    ),
    Case("paragraph", "paragraph", f"/v1/paragraphs/{PARAGRAPH}"),
    Case("article-unchanged", "304 for the article", f"/v1/articles/{ARTICLE}", revalidates=True),
    Case("annotations", "list page (20 annotations)", "/v1/annotations"),
)
