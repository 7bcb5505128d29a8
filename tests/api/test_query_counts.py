"""What each address costs in SELECTs, whatever the size of the article, and that the largest can be read at all."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine

from tests.api.many import annotate_in_bulk
from tests.api.walking import ask
from tests.applications import app_for, engine_of
from tests.databases import Databases, count_selects, engine_for
from tests.editors import Editors
from tests.openapi_document import operations

FEW, MANY = 5, 5_000
MOST: dict[str, tuple[str, int]] = {
    "/v1/articles": ("/v1/articles?limit=100", 6),
    "/v1/articles/{slug}": ("/v1/articles/{size}-article", 8),
    "/v1/articles/{slug}/paragraphs": ("/v1/articles/{size}-article/paragraphs?limit=10", 6),
    "/v1/articles/{slug}/paragraphs/{ordinal}": ("/v1/articles/{size}-article/paragraphs/1", 8),
    "/v1/paragraphs/{paragraph_id}": ("/v1/paragraphs/{paragraph}", 8),
    "/v1/annotations": ("/v1/annotations?article={size}-article&limit=100", 6),
    "/v1/annotations/{annotation_id}": ("/v1/annotations/{annotation}", 8),
    "/v1/claims": ("/v1/claims?limit=100", 6),
    "/v1/claims/{slug}": ("/v1/claims/{size}-claim", 8),
    "/v1/evidence": ("/v1/evidence?limit=100", 6),
    "/v1/evidence/{key}": ("/v1/evidence/{size}-source", 8),
    "/v1/search": ("/v1/search?q=word&limit=20", 6),
    "/v1/methodology": ("/v1/methodology", 0),
    "/health/live": ("/health/live", 0),
    "/health/ready": ("/health/ready", 4),
}
"""Path of the document → an address of it, and how many SELECTs an answer may cost; a 304 costs one."""

WITHOUT_VALIDATOR = ("/health/live", "/health/ready")
WITHOUT_PAST = ("/v1/search", "/v1/methodology", *WITHOUT_VALIDATOR)
TEXTS = [f"Paragraph {number} of a text that goes on " + "with word after word " * 30 for number in range(20)]


@dataclass
class Site:
    """Articles with few and with many annotations, read through one application."""

    app: Flask
    engine: Engine
    names: dict[str, dict[str, str]]

    def address(self, path: str, size: str) -> str:
        return MOST[path][0].format(size=size, **self.names[size])


@pytest.fixture(scope="module")
def site(databases: Databases) -> Generator[Site]:
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine, app_for(url) as app:
        editors, names = Editors(engine), {}
        for size, count in (("few", FEW), ("many", MANY)):
            source = editors.source(f"{size}-source")
            claim = editors.claim(f"{size}-claim", [source])
            article = editors.article(
                f"{size}-article", [text.strip() for text in TEXTS], title="A title that all of this has"
            )
            annotate_in_bulk(engine, article, claim, count)
            names[size] = _ids(app, f"/v1/articles/{size}-article")
        yield Site(app, engine_of(app), names)
    databases.drop(url)


def _ids(app: Flask, path: str) -> dict[str, str]:
    first = app.test_client().get(f"{path}/paragraphs/1").get_json()
    return {"paragraph": first["id"], "annotation": first["annotations"][0]["id"]}


def test_every_address_of_the_document_is_in_the_table(site):
    document = site.app.test_client().get("/openapi.json").get_json()
    assert {path for path, *_ in operations(document)} == MOST.keys()


@pytest.mark.parametrize("path", MOST)
def test_an_answer_costs_the_same_few_selects_with_few_annotations_and_with_many(site, path):
    client, counts = site.app.test_client(), []
    for size in ("few", "many"):
        address = site.address(path, size)
        with count_selects(site.engine) as statements:
            answer = ask(client, address)
        assert answer.status == 200
        assert len(statements) <= MOST[path][1], statements
        counts.append(len(statements))
        if path in WITHOUT_VALIDATOR:
            continue
        with count_selects(site.engine) as statements:
            assert ask(client, address, If_None_Match=answer.header("ETag")).status == 304
        assert len(statements) == (0 if path == "/v1/methodology" else 1), statements
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize("path", [path for path in MOST if path not in WITHOUT_PAST])
def test_the_past_costs_as_few(site, path):
    client, counts = site.app.test_client(), []
    # Whatever the clock says, what the editors did lies in the past here.
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC)):
        for size in ("few", "many"):
            address = site.address(path, size).replace("limit=100", "limit=50")
            address += f"{'&' if '?' in address else '?'}as_of=2029-01-01T00:00:00Z"
            with count_selects(site.engine) as statements:
                answer = ask(client, address)
            assert answer.status == 200
            assert len(statements) <= MOST[path][1], statements
            counts.append(len(statements))
            with count_selects(site.engine) as statements:
                assert ask(client, address, If_None_Match=answer.header("ETag")).status == 304
            assert len(statements) <= counts[-1], statements
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles/no-such-article",
        "/v1/articles/few-article/paragraphs/99",
        "/v1/paragraphs/01a2008d-7400-7b51-b5ac-000000000000",
        "/v1/claims/no-such-claim",
        "/v1/articles?limit=0",
        "/v1/nothing",
    ],
)
def test_an_error_costs_one_select_at_most(site, path):
    with count_selects(site.engine) as statements:
        assert ask(site.app.test_client(), path).status in {404, 422}
    assert len(statements) <= 1, statements


def test_an_article_of_thousands_of_annotations_can_be_read(site):
    body = ask(site.app.test_client(), "/v1/articles/many-article").json
    assert body["flags"]["total"] == MANY
    assert sum(len(paragraph["annotations"]) for paragraph in body["paragraphs"]) == MANY
    for paragraph in body["paragraphs"]:
        text = paragraph["text"]
        assert "".join(segment["text"] for segment in paragraph["segments"]) == text
        assert all(
            text[note["position"]["start"] : note["position"]["end"]] == note["quote"]
            for note in paragraph["annotations"]
        )
    covered = {note for paragraph in body["paragraphs"] for run in paragraph["segments"] for note in run["annotations"]}
    assert len(covered) == MANY
