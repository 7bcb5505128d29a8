"""Redaction: the words of one version are nowhere any longer, and all else is as it was, the proofs included."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from annotations.errors import InvalidInput, InvalidText, NotFound, PermissionDenied, TransitionNotAllowed
from annotations.services.claims import revise_claim
from annotations.services.evidence import revise_evidence
from annotations.services.notes import revise_annotation
from annotations.services.redacting import ArticlePart
from annotations.services.reimporting import reimport_article
from annotations.services.reviewing import reject, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import RedactedRow, StoredAnswer
from annotations.store.evidence import Evidence, EvidenceIdentifier, EvidenceVersion
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationVersion
from annotations.store.verification import verify
from annotations.vocabulary import Stance
from tests.services.newsroom import START, claim_content, dump, note_content, quoting, source_content, text_of
from tests.services.redactable import (
    CLEAN,
    MARK,
    REASON,
    STORIES,
    TEXT,
    Story,
    marked_rows,
    of_annotation,
    of_text,
    redact,
    refuse,
)


@pytest.fixture(autouse=True)
def later() -> Generator[None]:
    # The newsroom has a time of its own; what happened there lies in the past for whoever asks.
    with time_machine.travel(START + timedelta(days=30), tick=False):
        yield


@pytest.fixture(params=STORIES.values(), ids=STORIES)
def story(request, room) -> Story:
    return request.param(room)


def answers(client):
    """What readers are shown, but for the time of the last change."""

    def without_times(value):
        if isinstance(value, dict):
            return {name: without_times(item) for name, item in value.items() if name != "updated_at"}
        return [without_times(item) for item in value] if isinstance(value, list) else value

    paths = ["/v1/articles", "/v1/articles/about-a-pill", "/v1/annotations", "/v1/claims", "/v1/claims/cures"]
    paths += ["/v1/articles/about-a-pill/paragraphs", "/v1/evidence/a-trial", "/v1/search?q=pill"]
    given = {path: client.get(path) for path in paths}
    return {path: without_times(answer.get_json()) for path, answer in given.items() if answer.status_code == 200}


def test_nothing_of_the_words_is_left_and_all_else_is_as_it_was(room, story, client):
    assert marked_rows(room)
    seen, counts = answers(client), {table: len(rows) for table, rows in dump(room.engine).items()}
    hashes = [version.content_hash for version in room.versions(story.versions, story.entity)]
    redact(room, story)
    assert marked_rows(room) == {}
    assert answers(client) == seen
    assert [version.content_hash for version in room.versions(story.versions, story.entity)] == hashes
    after = {table: len(rows) for table, rows in dump(room.engine).items()}
    grown = {table for table in after if after[table] > counts[table]}
    assert grown == {"publication_log", "redactions", "redacted_rows", "transitions"}
    assert {table for table in after if after[table] < counts[table]} <= {"evidence_identifiers"}
    with room.look() as session:
        found = verify(session)
        assert found.is_sound, found.findings


@pytest.mark.parametrize("name", ["claim", "annotation", "text"])
def test_an_answer_that_is_kept_for_a_repeated_call_no_longer_has_the_words(room, name):
    story = STORIES[name](room)
    words = {"claim": f"Summary of {MARK}", "annotation": f"Note of {MARK}", "text": TEXT[1]}[name]
    body = f'{{"state": "overstated", "said": [{{"note": "{words}"}}, "{words[:-1]}"]}}'
    with room.work() as session:
        key = {"actor_id": room.actor("bob").id, "key": "k", "fingerprint": "f", "created_at": START}
        session.execute(insert(StoredAnswer).values(**key, status=201, headers={}, body=body))
    redact(room, story)
    with room.look() as session:
        kept = session.scalars(select(StoredAnswer.body)).one()
    assert kept == '{"state": "overstated", "said": [{"note": "[redacted]"}, "[redacted]"]}'


def test_the_redaction_is_logged_with_its_reason_and_the_rows(room, story):
    redaction = redact(room, story)
    row, step = room.log()[-1], room.history(story.entity)[-1]
    assert row.event == f"{row.entity_type}.redacted"
    assert (row.seq, row.entity_id, row.entity_version, row.at) == (*(redaction.seq, story.entity, 1, redaction.at),)
    assert (step.action, step.reason, step.from_state, step.version_hash) == (
        *("redact", REASON, step.to_state, row.content_hash),
    )
    assert (redaction.reason, redaction.actor_id) == (REASON, room.actor("dan").id)
    with room.look() as session:
        named = set(session.execute(select(RedactedRow.table_name, RedactedRow.row_key)))
        stamped = dict(session.execute(select(PublicVersion.key, PublicVersion.seq)).all())
    version = room.versions(story.versions, story.entity)[0]
    assert (story.versions.__tablename__, version.id.hex) in named
    assert row.affected_keys
    assert {stamped[key] for key in row.affected_keys} == {row.seq}
    assert MARK not in str(row.affected_keys)


def test_what_was_shown_then_is_shown_blank(room, client):
    story = of_text(room)
    then = room.versions(Revision, story.entity)[0].valid_from.isoformat().replace("+00:00", "Z")
    before = client.get("/v1/articles/about-a-pill", query_string={"as_of": then})
    redact(room, story)
    answer = client.get("/v1/articles/about-a-pill", query_string={"as_of": then})
    assert answer.status_code == before.status_code == 200
    assert MARK in before.get_data(as_text=True)
    assert MARK not in answer.get_data(as_text=True)
    paragraphs = answer.get_json()["paragraphs"]
    assert paragraphs[2]["text"].startswith("[redacted]█")
    for paragraph in paragraphs:
        assert "".join(segment["text"] for segment in paragraph["segments"]) == paragraph["text"]
    assert answer.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize("name", ["claim", "evidence", "annotation", "metadata"])
def test_what_was_shown_then_can_still_be_asked_for(room, client, name):
    story = STORIES[name](room)
    then = room.versions(story.versions, story.entity)[0].valid_until
    redact(room, story)
    moment = room.log()[-2].at if then is None else then
    when = {"as_of": moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")}
    for path in ("/v1/articles/about-a-pill", "/v1/claims/cures", "/v1/evidence/a-trial"):
        assert client.get(path, query_string=when).status_code in {200, 404}, path


def test_a_quote_stays_as_long_as_another_text_has_it(room):
    article, claim = room.article("about-a-pill", *TEXT), room.claim("cures")
    kept, lost = (room.note(article, claim, quoting(words)) for words in ("cures migraine", "cures everything"))
    room.do(reimport_article, Article, article, text_of(*CLEAN, title="A pill against migraine"))
    redact(room, Story(Article, article, Revision, ArticlePart.TEXT))
    words = {note: room.versions(AnnotationVersion, note)[0] for note in (kept, lost)}
    assert (words[kept].quote, words[kept].prefix) == ("cures migraine", "The pill ")
    assert (words[lost].quote, words[lost].prefix, words[lost].suffix) == ("[redacted]", "", "")
    with room.look() as session:
        anchors = session.scalars(select(Anchor).where(Anchor.version_id == words[lost].id)).all()
        assert {anchor.quote.strip("█") for anchor in anchors} == {"", "[redacted]"}
        assert verify(session).is_sound
    room.do(reimport_article, Article, article, text_of("The pill cures everything.", title="A pill"))
    with room.look() as session:
        assert verify(session).is_sound


def test_an_identifier_that_another_version_bears_stays_known(room):
    source = room.source("a trial", doi="10.1000/one", pmid="12345678")
    room.do(revise_evidence, Evidence, source, source_content("a trial", doi="10.1000/one"))
    room.publish(Evidence, source)
    redact(room, Story(Evidence, source, EvidenceVersion))
    with room.look() as session:
        kinds = set(session.scalars(select(EvidenceIdentifier.kind).where(EvidenceIdentifier.evidence_id == source)))
    assert kinds == {"doi", "url"}


def test_reasons_go_where_they_are_asked_for(room):
    story = of_annotation(room)
    room.do(request_withdrawal, Annotation, story.entity, reason="He is a crook.")
    room.do(confirm_withdrawal, Annotation, story.entity, by="bob")
    redact(room, story, 1)
    assert "He is a crook." in {step.reason for step in room.history(story.entity)}
    redact(room, story, 2, with_reasons=True)
    assert "crook" not in str(dump(room.engine))
    with room.look() as session:
        assert session.get_one(Annotation, story.entity).withdrawn_reason == "[redacted]"
        assert verify(session).is_sound


def test_what_is_in_force_is_refused_and_what_was_redacted_already(room, story):
    head = room.versions(story.versions, story.entity)[-1].number
    refuse(room, TransitionNotAllowed, story, head)
    redact(room, story)
    refuse(room, TransitionNotAllowed, story, 1)


@pytest.mark.parametrize(
    ("by", "allowed"),
    [("dan", True), ("ann", False), ("bob", False), ("cat", False), ("bot", False), ("loader", False)],
)
def test_only_an_admin_redacts(room, by, allowed):
    story = of_annotation(room)
    if allowed:
        redact(room, story, by=by)
    else:
        refuse(room, PermissionDenied, story, 1, by=by)


def test_what_is_still_worked_on_is_refused(room):
    claim = room.claim("cures", published=False)
    story = Story(Claim, claim, ClaimVersion)
    refuse(room, TransitionNotAllowed, story, 1)
    room.do(submit, Claim, claim)
    refuse(room, TransitionNotAllowed, story, 1)
    room.do(revise_claim, Claim, claim, claim_content((room.source("another"), Stance.CONTRADICTS)))
    redact(room, story, 1)
    assert room.log()[-1].affected_keys == []
    hidden = room.article("hidden", public=False, title="A title")
    for part, versions in ((ArticlePart.TEXT, Revision), (ArticlePart.METADATA, ArticleVersion)):
        refuse(room, TransitionNotAllowed, Story(Article, hidden, versions, part), 1)


def test_what_was_turned_down_or_withdrawn_can_be_redacted(room):
    rejected = room.claim("rejected", published=False)
    room.do(submit, Claim, rejected)
    room.do(reject, Claim, rejected, reason="No.", by="bob")
    redact(room, Story(Claim, rejected, ClaimVersion))
    story = of_annotation(room)
    with room.look() as session:
        article = session.get_one(Annotation, story.entity).article_id
    room.do(request_withdrawal, Article, article, reason="Gone.")
    room.do(confirm_withdrawal, Article, article, by="bob")
    # It is in force still, where nobody sees it.
    redact(room, story, 2)
    for part, versions in ((ArticlePart.TEXT, Revision), (ArticlePart.METADATA, ArticleVersion)):
        redact_story = Story(Article, article, versions, part)
        if part is ArticlePart.TEXT:
            redact(room, redact_story, 1)
            refuse(room, TransitionNotAllowed, redact_story, 1)
    with room.look() as session:
        assert verify(session).is_sound


@pytest.mark.parametrize(
    ("number", "more", "error", "why"),
    [
        (9, {}, NotFound, "there is no such version"),
        (1, {"part": ArticlePart.TEXT}, InvalidInput, "an annotation has no parts"),
        (1, {"reason": " "}, InvalidText, "a reason must be given"),
    ],
)
def test_what_makes_no_sense_is_refused(room, number, more, error, why):
    refuse(room, error, of_annotation(room), number, **more)


def test_of_an_article_the_part_must_be_said(room):
    refuse(room, InvalidInput, of_text(room), 1, part=None)


def test_an_annotation_without_a_note_has_no_words_of_its_own(room):
    claim = room.claim("cures")
    note = room.note(room.article("about-a-pill"), claim)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, severity=3))
    room.publish(Annotation, note)
    refuse(room, TransitionNotAllowed, Story(Annotation, note, AnnotationVersion), 1)
