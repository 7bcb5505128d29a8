"""Full-text search over public articles, claims and notes; every hit comes with its caveat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, column, or_, select, table, text
from sqlalchemy.orm import Session

from annotations.queries.paging import Key, Slice
from annotations.queries.rows import annotation_of, claim_of, pending_of
from annotations.queries.selects import pending_notices, public_annotations, public_articles, public_claims
from annotations.queries.titles import TitleMarks, article_ref
from annotations.queries.views import ArticleRef, Hit, PublicAnnotation
from annotations.search.query import Scale, SearchQuery, has_phrases, parse_query, rank, scale_of
from annotations.search.snippet import make_snippet
from annotations.store.articles import Block, Revision
from annotations.store.claims import Claim
from annotations.store.notes import Anchor, Annotation, PendingNotice
from annotations.store.search import SearchEntry
from annotations.vocabulary import EntityType

CANDIDATE_LIMIT = 1_000
"""How many texts that hold every term are ranked; those indexed last come first."""

Found = Row[*tuple[Any, ...]]


def search(
    session: Session,
    value: str,
    *,
    types: Sequence[EntityType] = (),
    limit: int,
    after: Key | None = None,
) -> Slice[Hit]:
    """Texts that hold every term of ``value``, best first; at most five SELECTs.

    ``after`` is (score, key, and the numbers of the scale on which the first page was ranked).

    Any string is a query. The same texts are found in the same order on every database, because terms, phrases
    and ranking are the project's own; the database only finds the texts that hold all terms.
    """
    query = parse_query(value)
    entries = [entry for entry in _candidates(session, query, types) if has_phrases(query, entry.terms.split())]
    documents = [entry.terms.split() for entry in entries]
    scale = scale_of(query, documents) if after is None else Scale(after[2], tuple(after[3:]))
    scores = rank(query, documents, scale)
    ranked = sorted(zip(scores, entries, strict=True), key=lambda pair: (-pair[0], pair[1].key))
    if after is not None:
        ranked = [pair for pair in ranked if (-pair[0], pair[1].key) > (-after[0], after[1])]
    page = ranked[:limit]
    hits = _hydrate(session, query, page)
    if len(ranked) <= limit:
        return Slice(tuple(hits), None)
    score, last = page[-1]
    return Slice(tuple(hits), (score, last.key, scale.average, *scale.weights))


def _candidates(session: Session, query: SearchQuery, types: Sequence[EntityType]) -> Sequence[Found]:
    if not query.terms:
        return []
    statement = select(
        SearchEntry.key,
        SearchEntry.entity_type,
        SearchEntry.entity_id,
        SearchEntry.paragraph_id,
        SearchEntry.body,
        SearchEntry.terms,
    ).where(_holds_all(session, query.terms))
    if types:
        statement = statement.where(SearchEntry.entity_type.in_(types))
    return session.execute(statement.order_by(SearchEntry.number.desc()).limit(CANDIDATE_LIMIT)).all()


def _holds_all(session: Session, terms: Iterable[str]) -> ColumnElement[bool]:
    # Terms are ASCII letters and digits only, so quoting them is all that either syntax asks for.
    if session.get_bind().dialect.name == "postgresql":
        wanted = " & ".join(f"'{term}'" for term in terms)
        return text("search_entries.vector @@ CAST(:wanted AS tsquery)").bindparams(wanted=wanted)  # type: ignore[return-value]
    index = table("search_index", column("rowid"))
    wanted = " AND ".join(f'"{term}"' for term in terms)
    matching = select(index.c.rowid).where(text("search_index MATCH :wanted").bindparams(wanted=wanted))
    return SearchEntry.number.in_(matching)


def _hydrate(session: Session, query: SearchQuery, page: Sequence[tuple[float, Found]]) -> Iterable[Hit]:
    of_type = {kind: [entry for _, entry in page if entry.entity_type == kind] for kind in EntityType}
    articles, notes = of_type[EntityType.ARTICLE], of_type[EntityType.ANNOTATION]
    shown = _annotations(session, articles, [entry.entity_id for entry in notes])
    by_id = {note.id: note for note in shown}
    pending = _pending(session, {note.article_id for note in shown} | {entry.entity_id for entry in articles})
    places = [entry.paragraph_id for entry in articles] + [by_id[entry.entity_id].paragraph_id for entry in notes]
    refs = _places(session, places, shown, pending)
    claims = _claims(session, [entry.entity_id for entry in of_type[EntityType.CLAIM]])
    for score, entry in page:
        snippet = make_snippet(entry.body, query.terms)
        if entry.entity_type == EntityType.CLAIM:
            yield Hit(entry.key, score, snippet, claim=claims[entry.entity_id])
            continue
        note = by_id.get(entry.entity_id)
        paragraph_id = entry.paragraph_id if note is None else note.paragraph_id
        found = [note] if note else [one for one in shown if one.paragraph_id == paragraph_id]
        ref, ordinal = refs[paragraph_id]
        yield Hit(
            entry.key,
            score,
            snippet,
            article=ref,
            paragraph_id=paragraph_id,
            ordinal=ordinal,
            annotations=tuple(sorted(found, key=lambda one: (one.start, one.end, one.id))),
            pending=tuple(pending_of(row) for row in pending if row.paragraph_id == paragraph_id),
        )


def _annotations(session: Session, articles: Sequence[Found], annotation_ids: Sequence[UUID]) -> list[PublicAnnotation]:
    # Those of the articles' titles come along, because a flagged title carries its verdict wherever it is printed.
    if not articles and not annotation_ids:
        return []
    concerned = or_(
        Annotation.article_id.in_([entry.entity_id for entry in articles]),
        Annotation.article_id.in_(select(Annotation.article_id).where(Annotation.id.in_(annotation_ids))),
    )
    narrowed = or_(
        Anchor.paragraph_id.in_([entry.paragraph_id for entry in articles]),
        Annotation.id.in_(annotation_ids),
        Block.ordinal == 0,
    )
    return [annotation_of(row, {}) for row in session.execute(public_annotations().where(concerned, narrowed))]


def _places(
    session: Session, paragraph_ids: Sequence[UUID], shown: Sequence[PublicAnnotation], pending: Sequence[Found]
) -> dict[UUID, tuple[ArticleRef, int]]:
    if not paragraph_ids:
        return {}
    statement = public_articles(Block.paragraph_id, Block.ordinal).join(Block, Block.revision_id == Revision.id)
    places = {}
    for row in session.execute(statement.where(Block.paragraph_id.in_(paragraph_ids))):
        on_title = sorted(
            (note for note in shown if note.article_id == row.id and note.ordinal == 0),
            key=lambda note: (note.start, note.id),
        )
        marks = TitleMarks(
            tuple(note.as_title_flag() for note in on_title),
            any(notice.on_title for notice in pending if notice.article_id == row.id),
        )
        places[row.paragraph_id] = (article_ref(row, marks), row.ordinal)
    return places


def _pending(session: Session, article_ids: Iterable[UUID]) -> Sequence[Found]:
    ids = sorted(article_ids)
    return session.execute(pending_notices().where(PendingNotice.article_id.in_(ids))).all() if ids else []


def _claims(session: Session, claim_ids: Sequence[UUID]) -> dict[UUID, Any]:
    if not claim_ids:
        return {}
    return {row.claim_id: claim_of(row, {}) for row in session.execute(public_claims().where(Claim.id.in_(claim_ids)))}
