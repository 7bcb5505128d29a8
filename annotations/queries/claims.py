"""Claims, with every passage that makes them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from annotations.queries.claim_views import PublicClaim
from annotations.queries.paging import Key, Slice, fetch
from annotations.queries.rows import annotation_of, citations_of, claim_of
from annotations.queries.selects import public_annotations, public_claims
from annotations.queries.titles import article_refs
from annotations.queries.views import Appearance, ClaimView
from annotations.store.articles import Article, Block
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.notes import Anchor, Annotation
from annotations.vocabulary import Verdict


def list_claims(
    session: Session, *, verdict: Verdict | None = None, limit: int, after: Key | None = None
) -> Slice[PublicClaim]:
    """Public claims in the order of their slugs; ``after`` is (slug,). Two SELECTs."""
    statement = public_claims().order_by(Claim.slug)
    if verdict is not None:
        statement = statement.where(ClaimVersion.verdict == verdict)
    if after is not None:
        statement = statement.where(Claim.slug > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row.claim_slug,))
    evidence = citations_of(session, [row.claim_version_id for row in rows])
    return Slice(tuple(claim_of(row, evidence) for row in rows), next_key)


def get_claim(session: Session, slug: str) -> ClaimView | None:
    """The claim with its evidence and every appearance; None if it is not public. At most six SELECTs."""
    row = session.execute(public_claims().where(Claim.slug == slug)).one_or_none()
    if row is None:
        return None
    evidence = citations_of(session, [row.claim_version_id])
    passages = session.execute(
        public_annotations()
        .where(Claim.id == row.claim_id)
        .order_by(Article.slug, Block.ordinal, Anchor.start_offset, Annotation.id)
    ).all()
    articles = article_refs(session, [passage.article_id for passage in passages])
    return ClaimView(
        claim=claim_of(row, evidence),
        appearances=tuple(
            Appearance(annotation_of(passage, evidence), articles[passage.article_id]) for passage in passages
        ),
    )
