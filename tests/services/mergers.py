"""What the tests of mergers have in common: two claims, and the steps to make them one."""

from __future__ import annotations

from sqlalchemy import select

from annotations.services.merging import confirm_merger, request_merger
from annotations.services.notes import revise_annotation
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Revision
from annotations.store.claims import Claim
from annotations.store.content_hashes import annotation_hash
from annotations.store.editorial import ClaimMerger
from annotations.store.log import PublicVersion
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion, PendingNotice
from annotations.store.publication_log import chain_is_whole
from annotations.vocabulary import Stance
from tests.services.newsroom import note_content, quoting
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES

MERGED = {"reason": "They say the same."}


def ask(room, loser, winner, *, by="ann"):
    """Ask for a merger; its id."""
    with room.work() as session:
        claims = session.get_one(Claim, loser), session.get_one(Claim, winner)
        return request_merger(session, *claims, **MERGED, **room.by(by)).id


def merge(room, loser, winner):
    """Ask, and confirm."""
    merger = ask(room, loser, winner)
    room.do(confirm_merger, ClaimMerger, merger, by="bob")
    return merger


def refuse_to_ask(room, error, loser, winner, *, by="ann", reason="They say the same.", **expected):
    with room.refuses(error, **expected) as session:
        claims = session.get_one(Claim, loser), session.get_one(Claim, winner)
        request_merger(session, *claims, reason=reason, **room.by(by))


def revise(room, annotation, claim, *, by="ann", quote="cures migraine", **changes):
    room.do(revise_annotation, Annotation, annotation, quoting(quote), note_content(claim, **changes), by=by)


def withdraw(room, table, entity):
    room.do(request_withdrawal, table, entity, reason="A mistake.")
    room.do(confirm_withdrawal, table, entity, by="bob")


def notices(room):
    with room.look() as session:
        return list(session.scalars(select(PendingNotice).where(PendingNotice.closed_at.is_(None))))


def stamps(room):
    with room.look() as session:
        return {row.key: row.seq for row in session.scalars(select(PublicVersion))}


def anchors(room, version):
    with room.look() as session:
        statement = select(Anchor).join(Revision, Revision.id == Anchor.revision_id)
        return list(session.scalars(statement.where(Anchor.version_id == version.id).order_by(Revision.number)))


def categories(room, version):
    with room.look() as session:
        statement = select(AnnotationCategory.category).where(AnnotationCategory.version_id == version.id)
        return list(session.scalars(statement.order_by(AnnotationCategory.position)))


def rules_hold(room):
    with room.look() as session:
        view = PublicView(session)
    for check in RULES:
        check(view)
    assert chain_is_whole(room.log())
    for versions in (room.versions(AnnotationVersion, note) for note in view.note_rows):
        for version in versions:
            stored = annotation_hash(version, categories(room, version), anchors(room, version)[0])
            assert version.content_hash == stored


def two_claims(room):
    """Two published claims with a source each, and one in common; a note on the one that is to go."""
    common = room.source("common")
    loser = room.claim("loser", (room.source("only"), Stance.CONTRADICTS), (common, Stance.QUALIFIES))
    winner = room.claim("winner", (room.source("kept"), Stance.CONTRADICTS), (common, Stance.QUALIFIES))
    article = room.article("an-article")
    return room, loser, winner, article
