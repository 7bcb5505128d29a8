"""Editors from the import of an article to its last correction, each step a call: what they do and what readers see."""

from __future__ import annotations

import io
import json

import pytest

from annotations.permissions import Scope
from annotations.vocabulary import Role
from tests.desk import Desk, claim_body, note_body, source_body
from tests.journeys.diary import Diary
from tests.problems import assert_problem

TEXT = """# A pill against migraine

The pill cures migraine in a week. Doctors say so.

In children the pill cures migraine too, and it costs little.

Ask your doctor first.
"""
OTHER_WORDS = TEXT.replace("The pill cures migraine", "The pill may help against migraine")
OTHER_SENTENCE = OTHER_WORDS.replace("In children the pill cures migraine too", "In no child the pill cures migraine")
GONE = OTHER_WORDS.replace("In children the pill cures migraine too, and it costs little.\n\n", "")
PAGE = """<!doctype html><html><head><title>Cheap pills - The Site</title></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Cheap pills</h1>
<p>The pill cures migraine in a week, doctors say, and it has done so for years in many a clinic of the land.</p>
<p>It costs little, and is sold in every pharmacy, so that nobody has to go without it for very long.</p>
</article><footer>Subscribe to our newsletter.</footer></body></html>"""
ARTICLE, PUBLIC = "/articles/a-pill", "/v1/articles/a-pill"


@pytest.fixture
def diary(desk: Desk) -> Diary:
    return Diary(desk.public, desk.engine)


def is_sound(desk: Desk) -> None:
    result = desk.app.test_cli_runner().invoke(args=["log", "verify"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Sound: ")


def public(note: str) -> str:
    return f"/v1{note}"


def steps(desk: Desk, path: str) -> list[tuple[str, str]]:
    """Who did what, from the first step to the last."""
    page = desk.writer.get(f"{path}/history?limit=100").body
    assert page["next"] is None
    return [(step["actor"]["name"], step["action"]) for step in page["items"]]


def reimport(person, text: str, status: int = 201):
    """The site's new text, in one call; what becomes of each annotation, by its id."""
    seen = person.call("POST", f"{ARTICLE}/revisions/preview", {"text": text, "format": "markdown"})
    assert seen.status == 200, seen.body
    done = person.call("POST", f"{ARTICLE}/revisions", {"text": text, "format": "markdown"}, etag=seen.etag)
    assert done.status == status, done.body
    assert done.body["annotations"] == seen.body["annotations"]
    return {one["id"]: (one["state"], one["becomes"]) for one in done.body["annotations"]}


def queued(desk: Desk, kind: str) -> dict[str, dict]:
    return {item["id"]: item for item in desk.writer.get(f"/queue?kind={kind}").body["items"]}


def test_from_import_to_publication(desk, diary):
    writer, colleague = desk.writer, desk.approver
    form = {"file": (io.BytesIO(PAGE.encode()), "page.html"), "article": json.dumps({"slug": "cheap-pills"})}
    uploaded = writer.call("POST", "/articles", data=form)
    assert (uploaded.status, uploaded.body["title"]) == (201, "Cheap pills")
    (revision,) = writer.get("/articles/cheap-pills/revisions").body["items"]
    assert {one["reason"] for one in revision["import_report"]["dropped"]} == {"navigation", "page footer"}
    written = writer.create("/articles", {"slug": "a-pill", "text": TEXT, "format": "markdown", "topics": ["migraine"]})
    assert written.response.headers["Location"] == f"/v1/editorial{ARTICLE}"
    assert desk.public.get(PUBLIC).status_code == 404

    desk.source("a-trial", doi="10.1016/S0140-6736(16)30169-6")
    again = {"key": "same-trial"} | source_body("same-trial", doi="https://dx.doi.org/10.1016/s0140-6736(16)30169-6")
    found = writer.call("POST", "/evidence", again)
    assert (found.status, found.body["key"]) == (200, "a-trial")
    assert [one["key"] for one in writer.get("/evidence").body["items"]] == ["a-trial"]
    desk.claim("pill-cures", "a-trial")

    wanted = {"article": "a-pill", "passage": {"quote": "cures migraine"}, **note_body("pill-cures")}
    unclear = assert_problem(writer.call("POST", "/annotations", wanted).response, 422, "quote_ambiguous")
    candidates = unclear["context"]["candidates"]
    assert [(one["paragraph"], one["prefix"]) for one in candidates] == [
        ("1", "The pill "),
        ("2", "In children the pill "),
    ]
    wanted["passage"] |= {name: candidates[0][name] for name in ("prefix", "suffix")}
    made = writer.create("/annotations", wanted)
    note = f"/annotations/{made.body['id']}"
    assert made.body["head_anchor"]["ordinal"] == 1

    writer.do("POST", f"{note}/submit", on=note)
    assert made.body["id"] in queued(desk, "in_review")
    assert made.body["id"] not in queued(desk, "mine_to_review")
    own = writer.call("POST", f"{note}/approve", {}, etag=writer.get(note).etag)
    assert_problem(own.response, 403, "four_eyes_required")
    colleague.do("POST", f"{note}/approve", {}, on=note)
    assert desk.public.get(public(note)).status_code == 404
    own = writer.call("POST", f"{ARTICLE}/publish", etag=writer.get(ARTICLE).etag)
    assert_problem(own.response, 403, "four_eyes_required")
    colleague.do("POST", f"{ARTICLE}/publish", on=ARTICLE)

    shown = diary.read(PUBLIC)
    (marked,) = [one for paragraph in shown["paragraphs"] for one in paragraph["annotations"]]
    assert (marked["id"], marked["quote"], marked["claim"]["verdict"]) == (
        made.body["id"],
        "cures migraine",
        "overstated",
    )
    assert diary.read(public(note))["status"] == "published"
    assert [one["id"] for one in diary.read("/v1/claims/pill-cures")["appearances"]] == [made.body["id"]]
    assert diary.read("/v1/evidence/a-trial")["doi"] == "10.1016/S0140-6736(16)30169-6"
    assert steps(desk, note) == [("writer", "create"), ("writer", "submit"), ("approver", "approve")]
    assert steps(desk, ARTICLE) == [("writer", "import"), ("approver", "make_public")]
    assert diary.check() == 1
    is_sound(desk)


def marked_article(desk: Desk) -> tuple[str, str]:
    """The public article with an annotation on its first paragraph, and one on its second."""
    desk.source("a-trial")
    desk.claim("pill-cures", "a-trial")
    desk.article("a-pill", TEXT)
    places = ({"ordinal": 1}, {"prefix": "In children the pill "})
    first, second = (
        desk.note("a-pill", "", "pill-cures", passage={"quote": "cures migraine", **place}) for place in places
    )
    checked = {"status": "complete", "checked_at": "2026-01-05"}
    desk.approver.do("PUT", f"{ARTICLE}/fact-check", checked, on=ARTICLE)
    return first, second


def test_the_site_edits_an_annotated_article(desk, diary):
    first, second = marked_article(desk)
    first_id, second_id = (path.rpartition("/")[2] for path in (first, second))
    site = desk.person("site", Role.CONTRIBUTOR, {Scope.READ, Scope.REIMPORT})

    def everything():
        article = diary.read(PUBLIC)
        return article, *(diary.read(public(note)) for note in (first, second)), diary.read("/v1/claims/pill-cures")

    assert everything()[0]["fact_check"]["status"] == "complete"
    refused = desk.contributor.call("POST", f"{ARTICLE}/revisions", {"text": TEXT}, etag=desk.writer.get(ARTICLE).etag)
    assert_problem(refused.response, 403, "permission_denied")

    becomes = reimport(site, OTHER_WORDS)
    assert becomes == {first_id: ("changed", "pending"), second_id: ("exact", "kept")}
    article, pending, kept, claim = everything()
    assert article["fact_check"]["status"] == "partial"
    (notice,) = article["paragraphs"][1]["pending_notices"]
    assert (notice["annotation_id"], notice["reason"]) == (first_id, "text_changed")
    assert (pending["status"], pending["claim"], pending["quote"]) == ("pending", None, None)
    assert (kept["status"], len(claim["appearances"])) == ("published", 1)
    item = queued(desk, "changed")[first_id]
    assert item["before"]["paragraph_text"] == "The pill cures migraine in a week. Doctors say so."
    assert item["after"]["paragraph_text"] == "The pill may help against migraine in a week. Doctors say so."
    stuck = desk.writer.call("POST", f"{first}/reconfirm", {"reason": "It stands."}, etag=desk.writer.get(first).etag)
    assert_problem(stuck.response, 409, "not_publishable")

    desk.writer.do("PUT", first, note_body("pill-cures", note="Nothing shows that either."), on=first)
    assert everything()[1]["status"] == "pending"
    desk.writer.do("POST", f"{first}/submit", on=first)
    own = desk.writer.call("POST", f"{first}/approve", {}, etag=desk.writer.get(first).etag)
    assert_problem(own.response, 403, "four_eyes_required")
    desk.approver.do("POST", f"{first}/approve", {}, on=first)
    article, renewed, _, _ = everything()
    assert article["paragraphs"][1]["pending_notices"] == []
    assert (renewed["quote"], renewed["reader_text"]) == (
        "may help against migraine",
        "Nothing shows that either.",
    )
    assert queued(desk, "rechecks") == {}

    assert reimport(site, OTHER_SENTENCE) == {first_id: ("exact", "kept"), second_id: ("exact", "flagged")}
    _, _, flagged, _ = everything()
    assert (flagged["status"], flagged["context_changed"], flagged["needs_recheck"]) == ("published", True, True)
    item = queued(desk, "context_changed")[second_id]
    assert "In children the pill cures" in item["before"]["paragraph_text"]
    assert "In no child the pill cures" in item["after"]["paragraph_text"]
    counts = desk.writer.get("/queue/counts").body["counts"]
    assert (counts["context_changed"], counts["changed"], counts["orphaned"], counts["rechecks"]) == (1, 0, 0, 1)
    desk.writer.do("POST", f"{second}/reconfirm", {"reason": "No child, and no grown-up either."}, on=second)
    assert everything()[2]["needs_recheck"] is False
    assert queued(desk, "rechecks") == {}

    assert reimport(site, GONE)[second_id] == ("orphaned", "pending")
    article, _, pending, _ = everything()
    (notice,) = article["pending_notices"]
    assert (notice["annotation_id"], notice["reason"], notice["paragraph_id"]) == (second_id, "text_removed", None)
    assert pending["status"] == "pending"
    item = queued(desk, "orphaned")[second_id]
    assert (item["before"]["quote"], item["after"]) == ("cures migraine", None)

    assert print(reimport(site, OTHER_WORDS)[second_id])== ("exact", "pending")
    assert everything()[2]["status"] == "pending"
    assert second_id in queued(desk, "rechecks")
    desk.writer.do("POST", f"{second}/reconfirm", {"reason": "The words are back."}, on=second)
    article, _, back, claim = everything()
    assert (back["status"], back["quote"], article["pending_notices"]) == ("published", "cures migraine", [])
    assert len(claim["appearances"]) == 2
    assert reimport(site, OTHER_WORDS, status=200) == {}

    assert steps(desk, ARTICLE)[-4:] == [("site", "reimport")] * 4
    assert steps(desk, second)[3:] == [
        ("site", "flag"),
        ("writer", "unflag"),
        ("site", "open_notice"),
        ("writer", "close_notice"),
    ]
    assert diary.check() >= 8
    is_sound(desk)
