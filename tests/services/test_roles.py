"""Role × service × own work: what the table of permissions refuses is refused, and leaves no trace."""

from __future__ import annotations

from datetime import date

import pytest

from annotations.errors import PermissionDenied
from annotations.permissions import Permission, is_allowed
from annotations.services.articles import edit_metadata, import_article, make_public, mark_fact_check
from annotations.services.claims import revise_claim, write_claim
from annotations.services.content import ArticleMetadata
from annotations.services.evidence import add_evidence, revise_evidence
from annotations.services.notes import propose_annotation, revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.reviewing import approve, reject, request_changes, submit
from annotations.services.withdrawing import cancel_withdrawal, confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from annotations.vocabulary import FactCheckStatus, Stance
from tests.services.newsroom import PEOPLE, claim_content, note_content, quoting, source_content, text_of

ENGLISH = ArticleMetadata(title=None, language="en")


@pytest.fixture(scope="module")
def stage(shared_room):
    """Ann's works in every state that a step below starts from. Nothing is done to them: every step is refused."""
    room = shared_room
    source, claim, article = room.source(), room.claim(), room.article()
    waiting = room.claim(published=False)
    room.do(submit, Claim, waiting)
    asked = room.claim()
    room.do(request_withdrawal, Claim, asked, reason="A mistake.", by="eve")
    return {
        "room": room,
        "source": source,
        "claim": claim,
        "article": article,
        "hidden": room.article(public=False),
        "draft": room.claim(published=False),
        "waiting": waiting,
        "asked": asked,
        "note": room.note(article, claim),
    }


STEPS = {
    "import": (Permission.IMPORT_ARTICLE, None, import_article),
    "write a claim": (Permission.WRITE, None, write_claim),
    "add a source": (Permission.WRITE, None, add_evidence),
    "propose a note": (Permission.WRITE, "article", propose_annotation),
    "revise a claim": (Permission.WRITE, "claim", revise_claim),
    "revise a source": (Permission.WRITE, "source", revise_evidence),
    "revise a note": (Permission.WRITE, "note", revise_annotation),
    "submit": (Permission.SUBMIT, "draft", submit),
    "request changes": (Permission.REVIEW, "waiting", request_changes),
    "reject": (Permission.REVIEW, "waiting", reject),
    "approve": (Permission.REVIEW, "waiting", approve),
    "make public": (Permission.MAKE_PUBLIC, "hidden", make_public),
    "edit metadata": (Permission.EDIT_METADATA, "article", edit_metadata),
    "mark fact-check": (Permission.MARK_FACT_CHECK, "article", mark_fact_check),
    "recheck": (Permission.OPEN_RECHECK, "note", recheck_annotation),
    "ask for withdrawal": (Permission.WITHDRAW, "claim", request_withdrawal),
    "take a request back": (Permission.WITHDRAW, "asked", cancel_withdrawal),
    "confirm a withdrawal": (Permission.WITHDRAW, "asked", confirm_withdrawal),
}
TABLES = {"source": Evidence, "note": Annotation, "article": Article, "hidden": Article}
# A new thing is always one's own.
CREATING = {"import", "write a claim", "add a source", "propose a note"}


def arguments(stage, step):
    room, cited = stage["room"], [(stage["source"], Stance.QUALIFIES)]
    note = (quoting("cures migraine"), note_content(stage["claim"]))
    return {
        "import": ((text_of("A text."),), {"slug": room.unused("article"), "metadata": ENGLISH}),
        "write a claim": ((claim_content(*cited),), {"slug": room.unused("claim")}),
        "add a source": ((source_content(room.unused("trial")),), {"key": room.unused("trial")}),
        "propose a note": (note, {}),
        "revise a claim": ((claim_content(*cited),), {}),
        "revise a source": ((source_content(room.unused("trial")),), {}),
        "revise a note": (note, {}),
        "request changes": ((), {"reason": "Why?"}),
        "reject": ((), {"reason": "No."}),
        "edit metadata": ((ENGLISH,), {}),
        "mark fact-check": ((), {"status": FactCheckStatus.PARTIAL, "checked_at": date(2026, 12, 1)}),
        "ask for withdrawal": ((), {"reason": "A mistake."}),
    }.get(step, ((), {}))


def refused_people():
    for name, role in PEOPLE.items():
        for step, (permission, _, _) in STEPS.items():
            # Ann is the author of everything on the stage, so the others act on others' work.
            if not is_allowed(role, permission, own_work=step in CREATING):
                yield name, step


@pytest.mark.parametrize(("name", "step"), list(refused_people()))
def test_what_a_role_may_not_do_is_refused_without_a_trace(stage, name, step):
    permission, thing, service = STEPS[step]
    rest, more = arguments(stage, step)
    room = stage["room"]
    with room.refuses(PermissionDenied, code="permission_denied", permission=str(permission)) as session:
        entity = [session.get_one(TABLES.get(thing, Claim), stage[thing])] if thing else []
        service(session, *entity, *rest, **room.by(name), **more)


def test_a_contributor_writes_revises_and_submits_their_own(shared_room):
    room = shared_room
    article, source = room.article(), room.source(by="cat", approved=False)
    room.publish(Evidence, source, author="cat")
    claim = room.claim(None, (source, Stance.QUALIFIES), by="cat")
    note = room.note(article, claim, by="cat")
    room.do(revise_evidence, Evidence, source, source_content(room.unused("trial")), by="cat")
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.CONTRADICTS)), by="cat")
    room.do(revise_annotation, Annotation, note, quoting("costs little"), note_content(claim), by="cat")
    for table, entity_id in ((Evidence, source), (Claim, claim), (Annotation, note)):
        room.publish(table, entity_id, author="cat")


def test_an_editor_may_work_on_others_drafts_a_contributor_may_not(shared_room):
    room = shared_room
    claim = room.claim(published=False)
    content = claim_content((room.source(), Stance.QUALIFIES))
    room.refuse(PermissionDenied, revise_claim, Claim, claim, content, by="cat")
    room.refuse(PermissionDenied, submit, Claim, claim, by="cat")
    room.do(revise_claim, Claim, claim, content, by="eve")
    room.do(submit, Claim, claim, by="dan")
