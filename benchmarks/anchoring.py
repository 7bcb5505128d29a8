"""How well and how fast spans are carried over from one revision of a text to the next.

The cases, whose right answers are known, are no part of the project: they lie in a folder beside it, with the program
that scores them.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from annotations.anchoring.transfer import BlockSpan, carry_blocks

ROOT = Path(__file__).resolve().parents[1]
CASES_FOLDER = Path("../shared/bench/anchoring")
"""Where the cases lie, seen from the project's root."""

SCORER = "score.py"
ARTICLE_BYTES = 1_000_000
ARTICLE_SPANS = 1_000
WORDS_IN_PARAGRAPH = 120
CHANGED_WORD = 20
"""One word in so many differs in the new revision of the long article."""

TIMES = 3


class ScoringFailed(Exception):
    """The scoring program did not end well; the message is what it said."""


def anchoring_report(folder: Path = CASES_FOLDER) -> str | None:
    """The figures for each file of cases and the time for a long article, as text; None where there are no cases.

    Args:
        folder: where the cases (``*.jsonl.gz``) and the program that scores them lie; relative to the project's root.

    Raises:
        ScoringFailed: the program failed.
    """
    folder = ROOT / folder
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files or not (folder / SCORER).is_file():
        return None
    scored = subprocess.run(
        [sys.executable, folder / SCORER, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if scored.returncode:
        raise ScoringFailed(scored.stderr.strip())
    took = median(_long_article_seconds(round_) for round_ in range(TIMES))
    size = f"{ARTICLE_BYTES / 1_000_000:g} MB, {ARTICLE_SPANS:,} annotations, one word in {CHANGED_WORD} changed"
    return f"Carrying spans to a new revision\n\n{scored.stdout.strip()}\n\nAn article of {size}: {took:.2f} s"


def _long_article_seconds(seed: int) -> float:
    old = _long_article(random.Random(seed))
    new = [_changed(text) for text in old]
    chance = random.Random(seed)
    blocks = chance.choices(range(len(old)), k=ARTICLE_SPANS)
    spans = [
        BlockSpan(block, start, start + 60) for block in blocks for start in (chance.randrange(len(old[block]) // 2),)
    ]
    begun = time.perf_counter()
    carry_blocks(old, new, spans)
    return time.perf_counter() - begun


def _long_article(chance: random.Random) -> list[str]:
    """Paragraphs in which few words are frequent and most are rare, as in any language."""
    letters = "etaoinshrdlucm"
    vocabulary = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(20_000)]
    frequencies = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < ARTICLE_BYTES:
        paragraphs.append(" ".join(chance.choices(vocabulary, frequencies, k=WORDS_IN_PARAGRAPH)) + ".")
    return paragraphs


def _changed(text: str) -> str:
    words = text.split(" ")
    return " ".join(word[::-1] if place % CHANGED_WORD == 0 else word for place, word in enumerate(words))
