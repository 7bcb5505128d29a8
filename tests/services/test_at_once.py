"""Two people at once: one wins, the other is told so, and nothing of anybody is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import text

from annotations.errors import DomainError, PublishingBusy, SlugTaken, StaleVersion
from annotations.services.articles import edit_metadata, import_article, make_public, mark_fact_check
from annotations.services.claims import revise_claim, write_claim
from annotations.services.content import ArticleMetadata
from annotations.services.evidence import add_evidence
from annotations.services.notes import revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.reviewing import approve, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleVersion
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.engine import write_session
from annotations.store.evidence import EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.store.publication_log import LOCK_KEY, chain_is_whole
from annotations.vocabulary import FactCheckStatus, Stance
from tests.databases import engine_for, listening
from tests.services.newsroom import (
    ENTITIES,
    Newsroom,
    claim_content,
    dump,
    note_content,
    quoting,
    source_content,
    text_of,
)
from tests.services.steps import revision_of

VERSIONS = {"claim": ClaimVersion, "evidence": EvidenceVersion, "annotation": AnnotationVersion}
ROUNDS = 6
FULL = ArticleMetadata(title=None, language="de")


def read(session, table, entity_id):
    """The entity as somebody read it a while ago: the transaction is over, the row is still at hand."""
    entity = session.get_one(table, entity_id)
    session.commit()
    return entity


@pytest.mark.parametrize("kind", ENTITIES)
def test_the_second_to_save_is_told_and_the_first_one_keeps_theirs(shared_room, kind):
    room = shared_room
    entity_id = room.entity(kind, published=False)
    theirs, late = revision_of(room, kind, entity_id), revision_of(room, kind, entity_id)
    with write_session(room.engine) as session:
        entity = read(session, ENTITIES[kind], entity_id)
        room.do(theirs[0], ENTITIES[kind], entity_id, *theirs[1], by="bob")
        before = dump(room.engine)
        with pytest.raises(StaleVersion) as caught:
            late[0](session, entity, *late[1], **room.by("ann"))
        assert caught.value.code == "stale_version"
        session.rollback()
        assert dump(room.engine) == before
    assert [version.number for version in room.versions(VERSIONS[kind], entity_id)] == [1, 2]
    # Having read it again, the second one can save.
    room.do(late[0], ENTITIES[kind], entity_id, *late[1])


def at_once(*steps):
    """Take the steps in threads that wait for one another; the errors of those that failed."""
    barrier = threading.Barrier(len(steps))

    def take(step):
        try:
            step(barrier.wait)
        except DomainError as error:
            return error
        return None

    with ThreadPoolExecutor(len(steps)) as threads:
        return [error for error in threads.map(take, steps) if error]


def test_of_two_that_save_at_the_same_moment_one_wins_every_time(shared_room):
    room = shared_room
    source = room.source()
    claim = room.claim(None, (source, Stance.QUALIFIES), published=False)

    def saving(name):
        def save(wait):
            with write_session(room.engine) as session:
                entity = read(session, Claim, claim)
                wait()
                content = claim_content((source, Stance.QUALIFIES), summary=name)
                revise_claim(session, entity, content, **room.by(name))
                session.commit()

        return save

    for number in range(ROUNDS):
        (error,) = at_once(saving("ann"), saving("bob"))
        assert isinstance(error, StaleVersion)
        assert len(room.versions(ClaimVersion, claim)) == number + 2


def a_claim(room, name):
    return write_claim, claim_content((room.source(), Stance.QUALIFIES)), {"slug": name}


def an_article(_room, name):
    return import_article, text_of("A text."), {"slug": name, "metadata": FULL}


def a_key(room, name):
    return add_evidence, source_content(room.unused("trial")), {"key": name}


def an_address(room, name):
    return add_evidence, source_content(name), {"key": room.unused("trial")}


@pytest.mark.parametrize("taken", [a_claim, an_article, a_key, an_address])
def test_of_two_that_take_one_name_at_the_same_moment_one_gets_it(shared_room, taken):
    room = shared_room

    def taking(service, content, names):
        def take(wait):
            wait()
            with room.work() as session:
                service(session, content, **names, **room.by("ann"))

        return take

    for _ in range(ROUNDS):
        name = room.unused("name")
        errors = at_once(taking(*taken(room, name)), taking(*taken(room, name)))
        assert [type(error) for error in errors] == [SlugTaken]


def test_of_two_that_approve_at_the_same_moment_one_publishes(room):
    def approving(claim, name):
        def step(wait):
            with write_session(room.engine) as session:
                entity = read(session, Claim, claim)
                wait()
                approve(session, entity, **room.by(name))
                session.commit()

        return step

    for _ in range(ROUNDS):
        claim = room.claim(published=False)
        room.do(submit, Claim, claim)
        (error,) = at_once(approving(claim, "bob"), approving(claim, "eve"))
        assert isinstance(error, StaleVersion)
    log = room.log()
    assert chain_is_whole(log)
    assert [row.event for row in log].count("claim.published") == ROUNDS


def test_nobody_approves_what_they_have_not_read(shared_room):
    room = shared_room
    source = room.source()
    claim = room.claim(None, (source, Stance.QUALIFIES), published=False)
    room.do(submit, Claim, claim)
    with write_session(room.engine) as session:
        entity = read(session, Claim, claim)
        room.do(revise_claim, Claim, claim, claim_content((source, Stance.QUALIFIES), summary="Not what he read."))
        room.do(submit, Claim, claim)
        with pytest.raises(StaleVersion):
            approve(session, entity, **room.by("bob"))
    assert room.versions(ClaimVersion, claim)[-1].valid_from is None


LOCKED = {
    "make public": (Article, "hidden", make_public, (), {}),
    "edit metadata": (Article, "article", edit_metadata, (FULL,), {}),
    "mark fact-check": (
        Article,
        "article",
        mark_fact_check,
        (),
        {"status": FactCheckStatus.PARTIAL, "checked_at": None},
    ),
    "confirm withdrawal": (Claim, "asked", confirm_withdrawal, (), {}),
    "recheck": (Annotation, "note", recheck_annotation, (), {}),
}


@pytest.mark.parametrize("step", LOCKED)
def test_every_step_under_the_lock_wants_what_was_read(shared_room, step):
    room = shared_room
    table, start, service, rest, more = LOCKED[step]
    if "checked_at" in more:
        more = more | {"checked_at": room.now().date()}
    entity_id = _start(room, start)
    with write_session(room.engine) as session:
        entity = read(session, table, entity_id)
        with room.work() as other:
            # Any change will do: the row's own counter goes up with each.
            other.get_one(table, entity_id).withdrawal_reason = "Something else."
            other.get_one(table, entity_id).withdrawal_requested_by = room.actor("ann").id
        with pytest.raises(StaleVersion):
            service(session, entity, *rest, **room.by("bob"), **more)


def _start(room, start):
    if start in {"article", "hidden"}:
        return room.article(public=start == "article")
    if start == "note":
        return room.note(room.article(), room.claim())
    claim = room.claim()
    room.do(request_withdrawal, Claim, claim, reason="A mistake.", by="eve")
    return claim


def test_two_changes_of_one_articles_metadata_meet_without_a_gap(room):
    article = room.article()

    def editing(name, language):
        def edit(wait):
            wait()
            with room.work() as session:
                metadata = ArticleMetadata(title=None, language=language)
                edit_metadata(session, session.get_one(Article, article), metadata, **room.by(name))

        return edit

    errors = at_once(*(editing(name, language) for name, language in (("ann", "de"), ("bob", "fr"), ("eve", "it"))))
    assert all(isinstance(error, StaleVersion) for error in errors)
    versions = room.versions(ArticleVersion, article)
    assert len(versions) == 4 - len(errors)
    for earlier, later in pairwise(versions):
        assert earlier.valid_until == later.valid_from
    assert versions[-1].valid_until is None


HOLD = {"sqlite": "SELECT :key", "postgresql": "SELECT pg_advisory_xact_lock(:key)"}
HURRY = {"sqlite": "PRAGMA busy_timeout=20", "postgresql": "SET lock_timeout = '20ms'"}


def test_whoever_waits_too_long_for_the_lock_is_told_and_nothing_is_changed(room, backend):
    claim = room.claim(published=False)
    room.do(submit, Claim, claim)

    def at_once(connection, _record):
        connection.execute(HURRY[backend]).close()
        connection.commit()

    room.engine.dispose()
    with listening(room.engine, "connect", at_once), write_session(room.engine) as holder:
        holder.execute(text(HOLD[backend]), {"key": LOCK_KEY})
        room.refuse(PublishingBusy, approve, Claim, claim, by="bob", expected={"code": "publishing_busy"})
    room.do(approve, Claim, claim, by="bob")


def test_drafts_do_not_wait_for_publishers(postgresql_databases):
    url = postgresql_databases.copy(postgresql_databases.migrated())
    with engine_for(url) as engine:
        room = Newsroom(engine)
        claim = room.claim()
        note = room.note(room.article(), claim)
        with write_session(engine) as holder:
            holder.execute(text(HOLD["postgresql"]), {"key": LOCK_KEY})
            room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, note="Draft."))
    postgresql_databases.drop(url)
