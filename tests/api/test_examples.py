"""The examples in the OpenAPI document are what the application answers about the samples."""

from __future__ import annotations

import pytest

from api.v1.examples import FILE
from tests.examples import ADDRESSES, KEPT, make_examples, shorten
from tests.openapi_document import operations

AT_HAND = {"show_liveness", "show_readiness"}
"""Operations whose example stands beside their view, because there is nothing to shorten in it."""


@pytest.fixture(scope="module")
def found(sqlite_databases):
    return make_examples(sqlite_databases)


@pytest.fixture
def examples(samples_client):
    document = samples_client.get("/openapi.json").get_json()
    return {
        operation["operationId"]: operation["responses"]["200"]["content"]["application/json"]["example"]
        for _, _, operation, _ in operations(document)
    }


def test_the_file_holds_what_the_application_answers(found):
    assert FILE.read_text(encoding="utf-8") == found, "write it anew: python -m tests.examples"


def test_every_operation_has_one(examples):
    assert examples.keys() == ADDRESSES.keys() | AT_HAND


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_answers_like_its_example(samples_client, examples, path):
    name = {"/health/live": "show_liveness", "/health/ready": "show_readiness"}[path]
    assert samples_client.get(path).get_json() == examples[name]


def test_an_example_shows_a_passage_that_is_overstated(examples):
    paragraph = examples["get_paragraph"]
    (note,) = paragraph["annotations"]
    assert note["claim"]["verdict"] == "overstated"
    assert [segment["text"] for segment in paragraph["segments"] if note["id"] in segment["annotations"]] == [
        note["quote"]
    ]
    assert examples["get_article"]["title_flags"][0]["verdict"] == "overstated"


def test_lists_that_others_speak_of_stay_whole():
    value = {"evidence": [1, 2], "segments": [{"annotations": [1, 2]}], "appearances": [{"evidence": [3, 4]}, 5]}
    assert shorten(value) == {
        "evidence": [1],
        "segments": [{"annotations": [1, 2]}],
        "appearances": [{"evidence": [3]}],
    }
    assert not KEPT.keys() & {"segments", "annotations", "title_annotations", "title_flags", "items"}
