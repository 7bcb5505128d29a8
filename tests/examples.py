"""Writes the examples of the OpenAPI document: ``python -m tests.examples``.

Each is what the application answers about the samples, loaded at a fixed time, with some of its lists cut short. Lists
that other members of the answer speak of (segments and annotations, say) stay whole, so that an example is never at
odds with itself; pages are asked for with a small limit instead.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotations.store.migrate import upgrade
from api.v1.examples import ANNOTATION, ARTICLE, CLAIM, FILE, ORDINAL, PARAGRAPH, SOURCE
from seeds.loader import load_samples
from tests.applications import app_for
from tests.databases import SqliteDatabases, engine_for

LOADED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

ADDRESSES: dict[str, str] = {
    "list_articles": "/v1/articles?category=cure_claim&limit=1",
    "get_article": f"/v1/articles/{ARTICLE}",
    "list_paragraphs": f"/v1/articles/{ARTICLE}/paragraphs?limit=1",
    "get_paragraph_by_ordinal": f"/v1/articles/{ARTICLE}/paragraphs/{ORDINAL}",
    "get_paragraph": f"/v1/paragraphs/{PARAGRAPH}",
    "list_annotations": "/v1/annotations?verdict=overstated&limit=1",
    "get_annotation": f"/v1/annotations/{ANNOTATION}",
    "list_claims": "/v1/claims?verdict=misleading&limit=1",
    "get_claim": f"/v1/claims/{CLAIM}",
    "list_evidence": "/v1/evidence?design=randomised_trial&limit=1",
    "get_evidence": f"/v1/evidence/{SOURCE}",
    "search": "/v1/search?q=%22beacon%20of%20hope%22",
    "get_methodology": "/v1/methodology",
}
"""Operation id → what is asked."""

KEPT: dict[str, int] = {
    "appearances": 1,
    "claims": 1,
    "evidence": 1,
    "paragraphs": 1,
    "evidence_designs": 3,
}
"""Member → how many of its list an example keeps; all other lists stay whole."""


def make_examples(databases: SqliteDatabases, **environ: str) -> str:
    """The content of the file, from a database of its own; ``environ`` as for the application."""
    url = databases.empty()
    with engine_for(url) as engine:
        upgrade(engine)
        load_samples(engine, now=LOADED_AT)
    with app_for(url, **environ) as app:
        client = app.test_client()
        answers = {name: client.get(address) for name, address in ADDRESSES.items()}
    databases.drop(url)
    refused = {name: answer.status for name, answer in answers.items() if answer.status_code != 200}
    if refused:
        raise RuntimeError(f"no example to be had: {refused}")
    examples = {name: shorten(answer.get_json()) for name, answer in answers.items()}
    return json.dumps(examples, indent=1, ensure_ascii=False) + "\n"


def shorten(value: Any) -> Any:
    """``value`` with the lists of :data:`KEPT` cut short, wherever they stand."""
    if isinstance(value, dict):
        return {
            name: shorten(member[: KEPT.get(name)] if isinstance(member, list) else member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [shorten(item) for item in value]
    return value


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as directory:
        FILE.write_text(make_examples(SqliteDatabases(Path(directory)), LOG_LEVEL="ERROR"), encoding="utf-8")


if __name__ == "__main__":
    main()
