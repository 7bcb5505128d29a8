"""Claims, with every passage that makes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from annotations.queries.claim_views import PublicClaim
from annotations.queries.moments import values_of
from annotations.queries.paging import Key, Slice, fetch
from annotations.queries.rows import annotation_of, citations_of, claim_of
from annotations.queries.selects import public_annotations, public_claims
from annotations.queries.titles import article_refs
from annotations.queries.views import Appearance, ClaimView
from annotations.store.articles import Article, Block
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.editorial import ClaimMerger
from annotations.store.notes import Anchor, Annotation
from annotations.vocabulary import Verdict


def list_claims(
    session: Session,
    *,
    verdict: Verdict | None = None,
    limit: int,
    after: Key | None = None,
    at: datetime | None = None,
) -> Slice[PublicClaim]:
    """Public claims in the order of their slugs; ``after`` is (slug,). Two SELECTs."""
    statement = public_claims(at).order_by(Claim.slug)
    if verdict is not None:
        statement = statement.where(ClaimVersion.verdict == verdict)
    if after is not None:
        statement = statement.where(Claim.slug > after[0])
    rows, next_key = fetch(session, statement, limit, lambda row: (row.claim_slug,), values_of(at))
    evidence = citations_of(session, [row.claim_version_id for row in rows], at)
    return Slice(tuple(claim_of(row, evidence) for row in rows), next_key)


def get_claim(session: Session, slug: str, at: datetime | None = None) -> ClaimView | None:
    """The claim with its evidence and every appearance; None if it is not public. At most six SELECTs."""
    row = session.execute(public_claims(at).where(Claim.slug == slug), values_of(at)).one_or_none()
    if row is None:
        return None
    evidence = citations_of(session, [row.claim_version_id], at)
    passages = session.execute(
        public_annotations(at)
        .where(Claim.id == row.claim_id)
        .order_by(Article.slug, Block.ordinal, Anchor.start_offset, Annotation.id),
        values_of(at),
    ).all()
    articles = article_refs(session, [passage.article_id for passage in passages], at)
    return ClaimView(
        claim=claim_of(row, evidence),
        appearances=tuple(
            Appearance(annotation_of(passage, evidence), articles[passage.article_id]) for passage in passages
        ),
    )


def merged_into(session: Session, slug: str, at: datetime | None = None) -> str | None:
    """The slug of the claim into which this one was merged, to the end of the chain; None if it was not. One SELECT."""
    done = ClaimMerger.merged if at is None else and_(ClaimMerger.merged, ClaimMerger.closed_at <= at)
    first = select(ClaimMerger.winner_id).join(Claim, Claim.id == ClaimMerger.loser_id).where(Claim.slug == slug, done)
    chain = first.cte("chain", recursive=True)
    # UNION drops what was found before, so that even a ring of mergers comes to an end.
    chain = chain.union(
        select(ClaimMerger.winner_id).join(chain, chain.c.winner_id == ClaimMerger.loser_id).where(done)
    )
    went_on = select(ClaimMerger.id).where(ClaimMerger.loser_id == Claim.id, done).exists()
    return session.scalars(select(Claim.slug).join(chain, chain.c.winner_id == Claim.id).where(~went_on)).one_or_none()
