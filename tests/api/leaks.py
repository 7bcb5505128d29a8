"""A database that holds, in every table, what the public must never see: drafts, hidden things, what was taken back.

All of it carries :data:`MARK` in every text, slug, key and identifier. It comes in two steps, so that a test can tell
that the second, which makes nothing public, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from annotations.store.actors import ActorRow
from annotations.store.articles import Article, ArticleVersion, Block, Paragraph, Revision
from annotations.store.base import Base
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import Correction
from annotations.store.notes import Anchor, Annotation, AnnotationVersion, PendingNotice
from annotations.store.review import Transition
from annotations.vocabulary import Category, Design, EvidenceStatus, FactCheckStatus, OriginStatus, Verdict
from tests.editors import Editors

MARK = "zzleakzz"
OTHER = "yyleakyy"
"""As long as the mark, in names that nobody has."""

UNPUBLISHED = {"draft": "draft", "in_review": "submitted", "rejected": "rejected"}
"""State → what stands for it in names."""
REASON = "Taken back by the editors."
NEVER_SHOWN: tuple[type[Base], ...] = (
    ActorRow,
    ArticleVersion,
    Revision,
    ClaimVersion,
    EvidenceVersion,
    AnnotationVersion,
    Anchor,
    Transition,
    PendingNotice,
    Correction,
)
"""Tables whose ids no answer has."""

WORDS = "The steady words here say more than anybody knows."


@dataclass
class World:
    """What was made: by name, and the ids that must not turn up."""

    editors: Editors
    article: Article
    claims: dict[str, Claim] = field(default_factory=dict)
    sources: dict[str, Evidence] = field(default_factory=dict)
    notes: dict[str, Annotation] = field(default_factory=dict)
    withdrawn: dict[str, Any] = field(default_factory=dict)
    secret: list[Any] = field(default_factory=list)


def make_public_part(engine: Engine) -> World:
    """Old versions that the public goes on seeing, pending notices, and what was withdrawn or is cited no longer."""
    editors = Editors(engine, mark="steady", names=(f"{MARK} writer", f"{MARK} approver"))
    world = World(editors, editors.article("steady-article", [WORDS] * 8, title="Steady words in a title"))
    for place, (state, name) in enumerate(UNPUBLISHED.items(), start=1):
        source = world.sources[state] = editors.source(f"steady-source-{name}", doi=f"10.5555/steady.{name}")
        claim = world.claims[state] = editors.claim(f"steady-claim-{name}", [source])
        world.notes[state] = editors.annotation(world.article, place, "The steady words", claim)
    world.claims["recheck"] = editors.claim(
        "steady-claim-recheck", [world.sources["draft"]], verdict=Verdict.UNSUPPORTED
    )
    editors.mark = MARK
    _recheck(world)
    _take_back(world)
    editors.mark = "steady"
    return world


def add_drafts(world: World) -> None:
    """Everything that was never public, which no answer may tell of."""
    world.editors.mark = MARK
    _hide(world)
    for state in UNPUBLISHED:
        _draft(world, state)
        _revise(world, state)
    everything = {"pmid": "98765432", "pmcid": "PMC9876543", "nct": "NCT98765432", "isrctn": "ISRCTN98765432"}
    approved = world.editors.source(f"{MARK}-approved", doi=f"10.5555/{MARK}.approved", **everything)
    world.secret.append(approved)
    revised = (world.notes["recheck"], 4, "The steady words", world.claims["draft"])
    world.editors.revise_annotation(*revised, review="in_review")
    for entity in (world.article, world.claims["in_review"], world.notes["in_review"]):
        world.editors.ask_to_withdraw(entity, f"A reason that nobody confirmed, {MARK}")


def secret_ids(engine: Engine, world: World) -> set[str]:
    """Ids and hashes of what is not public, and of rows that are never shown, as they would stand in an answer."""
    found: set[str] = {str(entity.id) for entity in world.secret}
    with Session(engine) as session:
        for table in NEVER_SHOWN:
            found |= {str(row_id) for row_id in session.scalars(select(table.id))}
        hidden = [entity.id for entity in world.secret if isinstance(entity, Article)]
        found |= {str(one) for one in session.scalars(select(Paragraph.id).where(Paragraph.article_id.in_(hidden)))}
        for table in (Revision, ClaimVersion, EvidenceVersion, AnnotationVersion, ArticleVersion):
            found |= set(session.scalars(select(table.content_hash).where(table.valid_from.is_(None))))
    return found


def names_in(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """For each path of the API, the names that would address anything in any table, public or not."""
    with Session(engine) as session:
        blocks = select(Article.slug, Block.ordinal).join(Revision, Revision.article_id == Article.id)
        places = session.execute(blocks.join(Block, Block.revision_id == Revision.id)).all()
        slugs = [{"slug": slug} for slug in session.scalars(select(Article.slug))]
        return {
            "/v1/articles/{slug}": slugs,
            "/v1/articles/{slug}/paragraphs": slugs,
            "/v1/articles/{slug}/paragraphs/{ordinal}": [{"slug": slug, "ordinal": place} for slug, place in places],
            "/v1/paragraphs/{paragraph_id}": _ids(session, "paragraph_id", Paragraph),
            "/v1/annotations/{annotation_id}": _ids(session, "annotation_id", Annotation),
            "/v1/claims/{slug}": [{"slug": slug} for slug in session.scalars(select(Claim.slug))],
            "/v1/evidence/{key}": [{"key": key} for key in session.scalars(select(Evidence.key))],
        }


def addresses_of(world: World) -> Iterator[str]:
    """Addresses of what was never public, one of each kind at least."""
    for entity in world.secret:
        if isinstance(entity, Article):
            yield f"/v1/articles/{entity.slug}"
            yield f"/v1/articles/{entity.slug}/paragraphs"
            yield from (f"/v1/articles/{entity.slug}/paragraphs/{ordinal}" for ordinal in (0, 1, 9))
            with Session(world.editors.engine) as session:
                ids = session.scalars(select(Paragraph.id).where(Paragraph.article_id == entity.id))
                yield from (f"/v1/paragraphs/{paragraph_id}" for paragraph_id in ids)
        elif isinstance(entity, Claim):
            yield f"/v1/claims/{entity.slug}"
        elif isinstance(entity, Evidence):
            yield f"/v1/evidence/{entity.key}"
        else:
            yield f"/v1/annotations/{entity.id}"


def _recheck(world: World) -> None:
    claim, values = world.claims["recheck"], {"categories": (Category.UNPROVEN_OFFER,), "severity": 3}
    for name, ordinal in (("recheck", 4), ("title", 0)):
        quote = "Steady words" if ordinal == 0 else "The steady words"
        world.notes[name] = world.editors.annotation(world.article, ordinal, quote, claim, **values)
        world.editors.recheck(world.notes[name])


def _take_back(world: World) -> None:
    editors, steady = world.editors, world.sources["draft"]
    note = editors.annotation(world.article, 5, "The steady words", world.claims["draft"])
    world.withdrawn["/v1/annotations/{id}"] = editors.withdraw(note, REASON)
    article = editors.article(f"{MARK}-withdrawn-article", [f"A text {MARK} that is gone."])
    editors.annotation(article, 1, MARK, world.claims["draft"])
    world.withdrawn["/v1/articles/{slug}"] = editors.withdraw(article, REASON)
    uncited = editors.source(f"{MARK}-uncited-source", doi=f"10.5555/{MARK}.uncited")
    claim = editors.claim(f"{MARK}-withdrawn-claim", [uncited])
    world.withdrawn["/v1/claims/{slug}"] = editors.withdraw(claim, REASON)
    dropped = editors.source(f"{MARK}-dropped-source", doi=f"10.5555/{MARK}.dropped")
    editors.mark = "steady"
    dropping = editors.claim("steady-claim-dropping", [steady, dropped], why="For a reason")
    editors.revise_claim(dropping, [steady])
    world.withdrawn["/v1/evidence/{key}"] = dropped


def _hide(world: World) -> None:
    editors = world.editors
    article = editors.article(
        f"{MARK}-hidden-article",
        [f"A hidden text {MARK}, number {number}." for number in range(4)],
        title=f"A hidden title {MARK}",
        public=False,
        status=FactCheckStatus.PARTIAL,
        language="tlh",
        topics=(f"{MARK}-topic", "multiple-sclerosis"),
        origin_status=OriginStatus.KNOWN,
        canonical_url=f"https://{MARK}.example/article",
        publisher=f"Publisher {MARK}",
        byline=f"Byline {MARK}",
    )
    world.secret.append(article)
    for ordinal, state in enumerate((*UNPUBLISHED, "published"), start=1):
        note = editors.annotation(article, ordinal, MARK, world.claims["draft"], review=state)
        world.secret.append(note)
    world.secret.append(editors.annotation(article, 0, MARK, world.claims["draft"]))


def _draft(world: World, state: str) -> None:
    editors, name = world.editors, UNPUBLISHED[state]
    source = editors.source(f"{MARK}-source-{name}", review=state, doi=f"10.5555/{MARK}.{name}")
    claim = editors.claim(f"{MARK}-claim-{name}", [source, world.sources["draft"]], review=state)
    note = editors.annotation(world.article, 6, "steady words here", world.claims["draft"], review=state)
    of_a_draft = editors.annotation(world.article, 0, "in a title", claim, review="draft")
    world.secret += [source, claim, note, of_a_draft]


def _revise(world: World, state: str) -> None:
    editors, source = world.editors, world.sources[state]
    editors.revise_source(
        source,
        review=state,
        doi=f"10.5555/{MARK}.revised.{UNPUBLISHED[state]}",
        year=1999,
        participants=987654321,
        design=Design.GUIDELINE,
        status=EvidenceStatus.RETRACTED,
        status_notice=f"Notice {MARK}",
    )
    editors.revise_claim(
        world.claims[state],
        [source, world.sources["rejected"]] if state != "rejected" else [source, world.sources["draft"]],
        review=state,
        verdict=Verdict.MISLEADING,
        search_record=f"Searched {MARK}",
        searched_on=date(2026, 1, 2),
    )
    changed = {"categories": (Category.EMOTIVE_APPEAL,), "severity": 3, "review": state}
    editors.revise_annotation(world.notes[state], 7, "anybody knows", world.claims["recheck"], **changed)


def _ids(session: Session, name: str, table: Any) -> list[dict[str, UUID]]:
    return [{name: found} for found in session.scalars(select(table.id))]
