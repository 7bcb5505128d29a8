"""Rule 4 on every route that publishes: author and approver differ, and the one way out is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from annotations.errors import FourEyesRequired
from annotations.services.articles import edit_metadata, make_public
from annotations.services.claims import revise_claim
from annotations.services.content import ArticleMetadata
from annotations.services.reimporting import reimport_article
from annotations.services.reviewing import approve, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.notes import Annotation
from annotations.store.versions import is_public
from annotations.vocabulary import Stance
from tests.services.newsroom import ENTITIES, claim_content, text_of

ROUTES = ("approve claim", "approve evidence", "approve annotation", "make public", "withdraw claim")
ROUTES += ("withdraw annotation", "withdraw article")


def prepare(room, route, by):
    """Everything up to the step that needs a second person, by one person; and that step."""
    verb, _, kind = route.partition(" ")
    if verb == "approve":
        entity_id = room.entity(kind, by=by, published=False)
        room.do(submit, ENTITIES[kind], entity_id, by=by)
        return approve, ENTITIES[kind], entity_id
    if verb == "make":
        return make_public, Article, room.article(by=by, public=False)
    table = {"claim": Claim, "annotation": Annotation, "article": Article}[kind]
    entity_id = room.article() if kind == "article" else room.entity(kind)
    room.do(request_withdrawal, table, entity_id, by=by, reason="A mistake.")
    return confirm_withdrawal, table, entity_id


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ["ann", "dan"])
def test_nobody_approves_their_own_work_admins_included(shared_room, route, name):
    service, table, entity_id = prepare(shared_room, route, name)
    shared_room.refuse(FourEyesRequired, service, table, entity_id, by=name)
    shared_room.do(service, table, entity_id, by="bob")
    last = shared_room.history(entity_id)[-1]
    assert (last.actor_id, last.four_eyes) == (shared_room.actor("bob").id, True)


@pytest.mark.parametrize("route", ROUTES)
def test_a_one_person_desk_is_possible_and_its_history_says_so(shared_room, route):
    service, table, entity_id = prepare(shared_room, route, "ann")
    shared_room.do(service, table, entity_id, by="ann", four_eyes=False)
    last = shared_room.history(entity_id)[-1]
    assert (last.actor_id, last.four_eyes) == (shared_room.actor("ann").id, False)
    assert [one.four_eyes for one in shared_room.history(entity_id)[:-1]] == [True] * (
        len(shared_room.history(entity_id)) - 1
    )


@pytest.mark.parametrize("route", ROUTES)
def test_two_people_are_two_people_also_where_one_would_do(shared_room, route):
    service, table, entity_id = prepare(shared_room, route, "ann")
    shared_room.do(service, table, entity_id, by="bob", four_eyes=False)
    assert shared_room.history(entity_id)[-1].four_eyes is True


def test_whoever_wrote_any_version_since_the_last_publication_is_an_author(room):
    source = room.source()
    claim = room.claim(None, (source, Stance.QUALIFIES), published=False)
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.QUALIFIES), summary="Bob's."), by="bob")
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.QUALIFIES), summary="Ann's."), by="ann")
    room.do(submit, Claim, claim, by="eve")
    for author in ("ann", "bob"):
        room.refuse(FourEyesRequired, approve, Claim, claim, by=author)
    # Sending it to review is no writing.
    room.do(approve, Claim, claim, by="eve")
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.QUALIFIES), summary="Eve's."), by="eve")
    room.do(submit, Claim, claim, by="eve")
    room.refuse(FourEyesRequired, approve, Claim, claim, by="eve")
    # What was published before is no longer at issue.
    room.do(approve, Claim, claim, by="ann")
    with room.look() as session:
        assert session.scalars(select(ClaimVersion.summary).where(is_public(ClaimVersion))).one() == "Eve's."


def test_whoever_worded_the_metadata_does_not_make_the_article_public(room):
    article = room.article(public=False, title="A title")
    room.do(edit_metadata, Article, article, ArticleMetadata(title="Better", language="en"), by="bob")
    for author in ("ann", "bob"):
        room.refuse(FourEyesRequired, make_public, Article, article, by=author)
    room.do(make_public, Article, article, by="eve")


def test_whoever_brought_the_text_does_not_make_the_article_public(room):
    article = room.article(public=False)
    room.do(reimport_article, Article, article, text_of("Other words altogether."), by="bob")
    room.refuse(FourEyesRequired, make_public, Article, article, by="bob", expected={"code": "four_eyes_required"})
    room.do(make_public, Article, article, by="eve")


def test_whoever_asked_for_a_withdrawal_may_be_its_author_but_not_confirm_it(room):
    claim = room.claim()
    room.do(request_withdrawal, Claim, claim, by="bob", reason="A mistake.")
    room.refuse(FourEyesRequired, confirm_withdrawal, Claim, claim, by="bob")
    room.do(confirm_withdrawal, Claim, claim, by="ann")
