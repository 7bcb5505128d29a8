"""Editors from the import of an article to its last correction, each step a call: what they do and what readers see."""

from __future__ import annotations

import io
import json

from annotations.permissions import Scope
from annotations.vocabulary import Role
from tests.desk import claim_body, note_body, source_body
from tests.journeys.stories import ARTICLE, PUBLIC_ARTICLE, TEXT, Story, id_of
from tests.problems import assert_problem

OTHER_WORDS = TEXT.replace("The pill cures migraine", "The pill may help against migraine")
OTHER_SENTENCE = OTHER_WORDS.replace("In children the pill cures migraine too", "In no child the pill cures migraine")
GONE = OTHER_WORDS.replace("In children the pill cures migraine too, and it costs little.\n\n", "")
PAGE = """<!doctype html><html><head><title>Cheap pills - The Site</title></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Cheap pills</h1>
<p>The pill cures migraine in a week, doctors say, and it has done so for years in many a clinic of the land.</p>
<p>It costs little, and is sold in every pharmacy, so that nobody has to go without it for very long.</p>
</article><footer>Subscribe to our newsletter.</footer></body></html>"""


def test_texts_come_in_as_markdown_or_as_a_file(desk):
    form = {"file": (io.BytesIO(PAGE.encode()), "page.html"), "article": json.dumps({"slug": "cheap-pills"})}
    uploaded = desk.writer.call("POST", "/articles", data=form)
    assert (uploaded.status, uploaded.body["title"]) == (201, "Cheap pills")
    (revision,) = desk.writer.get("/articles/cheap-pills/revisions").body["items"]
    assert {one["reason"] for one in revision["import_report"]["dropped"]} == {"navigation", "page footer"}
    written = desk.writer.create("/articles", {"slug": "a-pill", "text": TEXT, "format": "markdown"})
    assert written.response.headers["Location"] == f"/v1/editorial{ARTICLE}"
    assert [one["kind"] for one in written.body["paragraphs"]] == ["title", *["paragraph"] * 3]
    assert desk.public.get(PUBLIC_ARTICLE).status_code == 404


def test_from_a_source_to_a_public_annotation(desk):
    story = Story(desk, "", "")
    writer = desk.writer
    desk.article("a-pill", TEXT, public=False)
    desk.source("a-trial", doi="10.1016/S0140-6736(16)30169-6")
    same = {"key": "same-trial", **source_body("same-trial", doi="https://dx.doi.org/10.1016/s0140-6736(16)30169-6")}
    found = writer.call("POST", "/evidence", same)
    assert (found.status, found.body["key"]) == (200, "a-trial")
    assert [one["key"] for one in writer.get("/evidence").body["items"]] == ["a-trial"]
    desk.claim("pill-cures", "a-trial")

    wanted = {"article": "a-pill", "passage": {"quote": "cures migraine"}, **note_body("pill-cures")}
    unclear = assert_problem(writer.call("POST", "/annotations", wanted).response, 422, "quote_ambiguous")
    candidates = unclear["context"]["candidates"]
    assert [one["prefix"] for one in candidates] == ["The pill ", "In children the pill "]
    wanted["passage"] = candidates[0]
    made = writer.create("/annotations", wanted).body
    assert (made["head_anchor"]["ordinal"], made["head_anchor"]["start"]) == (1, candidates[0]["start"])

    note = f"/annotations/{made['id']}"
    story.review(note)
    assert desk.public.get(f"/v1{note}").status_code == 404
    story.refused_to_author(ARTICLE, "publish")
    desk.approver.do("POST", f"{ARTICLE}/publish", on=ARTICLE)
    shown = [one for paragraph in story.read(ARTICLE)["paragraphs"] for one in paragraph["annotations"]]
    assert [(one["id"], one["quote"]) for one in shown] == [(made["id"], "cures migraine")]
    assert story.read(note)["status"] == "published"
    assert [one["id"] for one in story.read("/claims/pill-cures")["appearances"]] == [made["id"]]
    assert story.read("/evidence/a-trial")["doi"] == "10.1016/S0140-6736(16)30169-6"
    assert story.steps(note) == [("writer", "create"), ("writer", "submit"), ("approver", "approve")]
    assert story.steps(ARTICLE) == [("writer", "import"), ("approver", "make_public")]
    story.ends(moments=1)


def test_what_was_sent_back_is_written_anew_and_approved(story):
    writer, colleague = story.desk.writer, story.desk.approver
    note, told = story.first, story.read(story.first)
    writer.do("PUT", note, note_body("pill-cures", note="It cures nobody, ever."), on=note)
    writer.do("POST", f"{note}/submit", on=note)
    assert id_of(note) in story.queue("in_review")
    assert id_of(note) not in story.queue("mine_to_review")
    colleague.do("POST", f"{note}/request-changes", {"reason": "Too strong: no trial says never."}, on=note)
    assert story.queue("mine")[id_of(note)]["reason"] == "Too strong: no trial says never."
    assert story.read(note) == told
    writer.do("PUT", note, note_body("pill-cures", note="No trial shows a cure."), on=note)
    story.review(note, change_kind="minor")
    assert story.read(note)["reader_text"] == "No trial shows a cure."
    assert story.log()[-1]["change_kind"] == "minor"
    assert [one["head"]["note"] for one in writer.get("/annotations?article=a-pill").body["items"]] == [
        "No trial shows a cure.",
        None,
    ]
    story.ends(moments=2)


def test_the_site_edits_its_article(story):
    site = story.desk.person("site", Role.CONTRIBUTOR, {Scope.READ, Scope.REIMPORT})
    contributor, tag = story.desk.contributor, story.desk.writer.get(ARTICLE).etag
    assert contributor.call("POST", f"{ARTICLE}/revisions/preview", {"text": TEXT}).status == 200
    refused = contributor.call("POST", f"{ARTICLE}/revisions", {"text": OTHER_WORDS, "format": "markdown"}, etag=tag)
    assert_problem(refused.response, 403, "permission_denied")
    story.read_all()
    _the_words_change(story, site)
    _the_sentence_changes(story, site)
    _the_paragraph_goes_and_comes_back(story, site)
    assert story.reimport(site, OTHER_WORDS, status=200) == {}
    assert [who for who, what in story.steps(ARTICLE) if what == "reimport"] == ["site"] * 4
    assert story.steps(story.second)[3:] == [
        ("site", "flag_recheck"),
        ("writer", "clear_recheck"),
        ("site", "open_notice"),
        ("writer", "close_notice"),
    ]
    story.ends(moments=8)


def _the_words_change(story, site):
    writer, note = story.desk.writer, story.first
    becomes = story.reimport(site, OTHER_WORDS)
    assert becomes == {id_of(note): ("changed", "pending"), id_of(story.second): ("exact", "kept")}
    article, pending = story.read(ARTICLE), story.read(note)
    assert article["fact_check"]["status"] == "partial"
    (notice,) = article["paragraphs"][1]["pending_notices"]
    assert (notice["annotation_id"], notice["reason"]) == (id_of(note), "text_changed")
    assert (pending["status"], pending["claim"], pending["quote"]) == ("pending", None, None)
    item = story.queue("changed")[id_of(note)]
    assert item["before"]["paragraph_text"] == "The pill cures migraine in a week. Doctors say so."
    assert item["after"]["paragraph_text"] == "The pill may help against migraine in a week. Doctors say so."
    stuck = writer.call("POST", f"{note}/reconfirm", {"reason": "It stands."}, etag=writer.get(note).etag)
    assert_problem(stuck.response, 409, "not_publishable")

    writer.do("PUT", note, note_body("pill-cures", note="Nothing shows that either."), on=note)
    assert story.read(note) == pending
    story.review(note)
    assert story.read(ARTICLE)["paragraphs"][1]["pending_notices"] == []
    renewed = story.read(note)
    assert (renewed["quote"], renewed["reader_text"]) == ("may help against migraine", "Nothing shows that either.")
    assert story.queue("rechecks") == {}


def _the_sentence_changes(story, site):
    note = story.second
    assert story.reimport(site, OTHER_SENTENCE)[id_of(note)] == ("exact", "flagged")
    flagged = story.read(note)
    assert (flagged["status"], flagged["context_changed"], flagged["needs_recheck"]) == ("published", True, True)
    item = story.queue("context_changed")[id_of(note)]
    assert item["before"]["paragraph_text"].startswith("In children the pill cures migraine too")
    assert item["after"]["paragraph_text"].startswith("In no child the pill cures migraine")
    counts = story.desk.writer.get("/queue/counts").body["counts"]
    assert next(iter(counts)) == "context_changed"
    assert [counts[kind] for kind in ("context_changed", "changed", "orphaned", "rechecks")] == [1, 0, 0, 1]
    story.desk.writer.do("POST", f"{note}/reconfirm", {"reason": "Nor in grown-ups."}, on=note)
    assert story.read(note)["needs_recheck"] is False
    assert story.queue("rechecks") == {}


def _the_paragraph_goes_and_comes_back(story, site):
    note = story.second
    assert story.reimport(site, GONE)[id_of(note)] == ("orphaned", "pending")
    (notice,) = story.read(ARTICLE)["pending_notices"]
    assert (notice["annotation_id"], notice["reason"], notice["paragraph_id"]) == (id_of(note), "text_removed", None)
    item = story.queue("orphaned")[id_of(note)]
    assert (item["before"]["quote"], item["after"]) == ("cures migraine", None)

    assert story.reimport(site, OTHER_WORDS)[id_of(note)][0] == "exact"
    assert story.read(note)["status"] == "pending"
    assert id_of(note) in story.queue("rechecks")
    story.desk.writer.do("POST", f"{note}/reconfirm", {"reason": "The words are back."}, on=note)
    back = story.read(note)
    assert (back["status"], back["quote"], back["paragraph"]["ordinal"]) == ("published", "cures migraine", 2)
    story.read_all()


def test_what_is_known_of_a_claim_changes(story):
    desk, writer = story.desk, story.desk.writer
    support = [{"evidence": "a-trial", "stance": "supports", "why": "Shows it."}]
    desk.source("another-trial")
    cheap = desk.claim("costs-little", verdict="supported", evidence=support)
    fair = desk.note("a-pill", "it costs little", "costs-little", categories=["fair_statement"], severity=None)
    story.read_all()
    seq = story.log()[-1]["seq"]

    changed = claim_body("a-trial", "another-trial", text="The pill costs little.", verdict="misleading")
    writer.do("PUT", cheap, changed, on=cheap)
    assert story.read(cheap)["verdict"] == "supported"
    story.review(cheap, change_kind="minor", reason="It costs more than all others.")
    rows = {row["event"]: row for row in story.log(seq)}
    assert rows["claim.verdict_changed"]["change_kind"] == "correction"
    assert story.read(fair)["pending_notice"]["reason"] == "verdict_changed"

    cures = "/claims/pill-cures"
    writer.do("PUT", cures, claim_body("a-trial", verdict="misleading"), on=cures)
    story.review(cures)
    assert {story.read(note)["claim"]["verdict"] for note in (story.first, story.second)} == {"misleading"}
    assert {note["claim"]["verdict"] for note in story.read("/annotations")["items"]} == {"misleading"}

    retracted = {"status": "retracted", "status_checked_on": "2026-02-01", "status_notice": "Data were made up."}
    writer.do("POST", "/evidence/a-trial/status", retracted, on="/evidence/a-trial")
    story.refused_to_author("/evidence/a-trial", "approve", {})
    desk.approver.do("POST", "/evidence/a-trial/approve", {}, on="/evidence/a-trial")
    assert story.read(cures)["needs_recheck"] is True
    assert {story.read(note)["pending_notice"]["reason"] for note in (story.first, story.second)} == {
        "evidence_retracted"
    }
    assert {item["key"] or item["id"] for item in story.queue("rechecks").values()} == {
        *("pill-cures", "costs-little"),
        *map(id_of, (story.first, story.second, fair)),
    }
    story.read_all()
    story.ends(moments=4)


def test_a_withdrawal_takes_two_and_leaves_a_tombstone(story):
    writer, note = story.desk.writer, story.first
    told = story.read(note)
    writer.do("POST", f"{note}/withdrawal", {"reason": "It was about another pill."}, on=note)
    assert story.queue("withdrawals")[id_of(note)]["reason"] == "It was about another pill."
    story.refused_to_author(note, "withdrawal/confirm")
    assert story.read(note) == told
    story.desk.approver.do("POST", f"{note}/withdrawal/confirm", on=note)
    gone = story.diary.read(f"/v1{note}", 410)
    assert gone["context"]["reason"] == "It was about another pill."
    assert [one["id"] for one in story.read("/claims/pill-cures")["appearances"]] == [id_of(story.second)]
    assert story.read(ARTICLE)["paragraphs"][1]["annotations"] == []
    assert story.log()[-1]["change_kind"] == "correction"
    assert story.steps(note)[3:] == [("writer", "request_withdrawal"), ("approver", "withdraw")]
    story.ends(moments=2)


def test_two_claims_that_say_the_same_become_one(story):
    desk, loser = story.desk, "/claims/pill-heals"
    desk.claim("pill-heals", "a-trial", text="The pill heals migraine.")
    note = desk.note("a-pill", "Ask your doctor", "pill-heals", note=None)
    story.read(loser)
    story.read(note)
    desk.writer.do("POST", f"{loser}/merger", {"into": "pill-cures", "reason": "They say the same."}, on=loser)
    assert [item["into"] for item in story.queue("mergers").values()] == ["pill-cures"]
    story.refused_to_author(loser, "merger/confirm")
    desk.approver.do("POST", f"{loser}/merger/confirm", on=loser)
    moved = desk.public.get(f"/v1{loser}")
    assert (moved.status_code, moved.headers["Location"]) == (308, "https://caveat.example/v1/claims/pill-cures")
    assert story.read(note)["claim"]["slug"] == "pill-cures"
    assert len(story.read("/claims/pill-cures")["appearances"]) == 3
    assert story.steps(loser)[3:] == [("writer", "request_merger"), ("approver", "merge")]
    story.ends(moments=2)
