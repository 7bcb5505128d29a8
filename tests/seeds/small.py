"""A corpus of a few rows, cut out of the real one, in a folder that a test may spoil."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seeds.corpus import DATA, Corpus

Rows = dict[str, list[dict[str, Any]]]
FILES = ("articles", "blocks", "evidence", "claims", "annotations")
ANNOTATIONS = ("a2-01-1", "a2-04-1", "a2-04-3", "a2-10-2")


def rows_of(corpus: Corpus) -> Rows:
    """The rows of every file."""
    return {name: json.loads((corpus.folder / f"{name}.json").read_text(encoding="utf-8")) for name in FILES}


def small_corpus(folder: Path, spoil: Callable[[Rows], object] = lambda _: None) -> Corpus:
    """The second article with four annotations and all that they rest on; ``spoil`` changes the rows."""
    rows = rows_of(Corpus())
    rows["articles"] = [row for row in rows["articles"] if row["key"] == "a2"]
    rows["blocks"] = [row for row in rows["blocks"] if row["article"] == "a2"]
    rows["annotations"] = [row for row in rows["annotations"] if row["key"] in ANNOTATIONS]
    made = {row["claim"] for row in rows["annotations"]}
    rows["claims"] = [row for row in rows["claims"] if row["slug"] in made]
    cited = {link["evidence"] for claim in rows["claims"] for link in claim["evidence"]}
    rows["evidence"] = [row for row in rows["evidence"] if row["key"] in cited]
    spoil(rows)
    (folder / "articles").mkdir(parents=True)
    for row in rows["articles"]:
        shutil.copyfile(DATA / row["file"], folder / row["file"])
    for name, content in rows.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return Corpus(folder)
