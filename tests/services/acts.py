"""How each step of the model is asked of the services: the same arguments, in the services' terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from annotations.services.articles import edit_metadata, import_article, make_public, mark_fact_check
from annotations.services.claims import revise_claim, write_claim
from annotations.services.content import AnnotationContent, ArticleMetadata, ClaimContent, EvidenceContent
from annotations.services.evidence import add_evidence, revise_evidence
from annotations.services.merging import cancel_merger, confirm_merger, request_merger
from annotations.services.notes import propose_annotation, revise_annotation
from annotations.services.pending import recheck_annotation
from annotations.services.reconfirming import reconfirm_annotation, reconfirm_claim
from annotations.services.redacting import ArticlePart, redact_version
from annotations.services.reimporting import preview_reimport, reimport_article
from annotations.services.review_dates import set_review_due
from annotations.services.reviewing import approve, reject, request_changes, submit
from annotations.services.withdrawing import cancel_withdrawal, confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.editorial import ClaimMerger
from annotations.store.evidence import Evidence
from annotations.store.notes import Annotation
from annotations.vocabulary import Category, ChangeKind, EvidenceStatus, FactCheckStatus, Stance, Verdict
from tests.services.model import Merger, Thing
from tests.services.model_texts import PASSAGES, Edition
from tests.services.newsroom import claim_content, note_content, quoting, source_content, text_of

TABLES: dict[str, type[Any]] = {"article": Article, "claim": Claim, "evidence": Evidence, "annotation": Annotation}
REASON = "Because it must be."


def row_of(session: Session, thing: Thing) -> Any:
    """The row of a thing."""
    return session.get_one(TABLES[thing.kind], thing.id)


def source_of(content: dict[str, Any]) -> EvidenceContent:
    """What the model says of a source."""
    return source_content(content["name"], key_finding=content["finding"], status=EvidenceStatus(content["status"]))


def claim_of(content: dict[str, Any]) -> ClaimContent:
    """What the model says of a claim."""
    cites = [(source, Stance(stance)) for source, stance in content["cites"]]
    searched = {"search_record": "PubMed", "searched_on": date(2026, 11, 1)} if content["searched"] else {}
    return claim_content(*cites, verdict=Verdict(content["verdict"]), summary=content["summary"], **searched)


def note_of(content: dict[str, Any]) -> AnnotationContent:
    """What the model says of a passage."""
    more = {"categories": (Category(content["category"]),), "severity": content["severity"], "note": content["note"]}
    return note_content(content["claim"], **more)


def metadata_of(content: dict[str, Any]) -> ArticleMetadata:
    """What the model says of an article."""
    return ArticleMetadata(title=content["title"], language="en", topics=content["topics"])


def _write(session: Session, kind: str, new: UUID, name: str, content: dict[str, Any], **by: Any) -> Any:
    if kind == "claim":
        return write_claim(session, claim_of(content), slug=name, claim_id=new, **by)
    return add_evidence(session, source_of(content), key=name, evidence_id=new, **by)


def _propose(
    session: Session, new: UUID, article: Thing, passage: int, content: dict[str, Any], **by: Any
) -> Annotation:
    where = quoting(PASSAGES[passage].words)
    return propose_annotation(session, row_of(session, article), where, note_of(content), annotation_id=new, **by)


def _revise(session: Session, thing: Thing, content: dict[str, Any], passage: int | None = None, **by: Any) -> Any:
    row = row_of(session, thing)
    if thing.kind == "claim":
        return revise_claim(session, row, claim_of(content), **by)
    if passage is None:
        return revise_evidence(session, row, source_of(content), **by)
    return revise_annotation(session, row, quoting(PASSAGES[passage].words), note_of(content), **by)


def _reconfirm(session: Session, thing: Thing, **by: Any) -> None:
    service = reconfirm_annotation if thing.kind == "annotation" else reconfirm_claim
    service(session, row_of(session, thing), reason=REASON, **by)


def _bring_in(session: Session, new: UUID, slug: str, edition: Edition, metadata: dict[str, Any], **by: Any) -> Article:
    document = text_of(*edition.paragraphs, title=edition.title)
    return import_article(session, document, slug=slug, metadata=metadata_of(metadata), article_id=new, **by)


def _describe(session: Session, article: Thing, metadata: dict[str, Any], **by: Any) -> Any:
    return edit_metadata(session, row_of(session, article), metadata_of(metadata), **by)


def _check(session: Session, article: Thing, status: str, checked: date | None, **by: Any) -> Any:
    row = row_of(session, article)
    return mark_fact_check(session, row, status=FactCheckStatus(status), checked_at=checked, **by)


def _preview(session: Session, article: Thing, edition: Edition, *, actor: Any, now: Any) -> Any:
    document = text_of(*edition.paragraphs, title=edition.title)
    return preview_reimport(session, row_of(session, article), document, actor=actor)


def _reimport(session: Session, article: Thing, edition: Edition, **by: Any) -> Any:
    document = text_of(*edition.paragraphs, title=edition.title)
    return reimport_article(session, row_of(session, article), document, **by)


def _redact(session: Session, thing: Thing, part: str | None, number: int, **by: Any) -> Any:
    of = None if part is None else ArticlePart(part)
    return redact_version(session, row_of(session, thing), number, reason=REASON, part=of, **by)


def _request_merger(session: Session, _: UUID, loser: Thing, winner: Thing, **by: Any) -> ClaimMerger:
    return request_merger(session, row_of(session, loser), row_of(session, winner), reason=REASON, **by)


def _of_merger(service: Callable[..., None]) -> Callable[..., None]:
    def act(session: Session, merger: Merger, **by: Any) -> None:
        service(session, session.get_one(ClaimMerger, merger.row), **by)

    return act


def _of_thing(service: Callable[..., Any], **always: Any) -> Callable[..., Any]:
    def act(session: Session, thing: Thing, **by: Any) -> Any:
        return service(session, row_of(session, thing), **always, **by)

    return act


def _approve(session: Session, thing: Thing, kind: str = "correction", **by: Any) -> None:
    approve(session, row_of(session, thing), kind=ChangeKind(kind), **by)


def _set_due(session: Session, claim: Thing, day: date | None, today: date, **by: Any) -> None:
    set_review_due(session, row_of(session, claim), day, **by)


def _request_withdrawal(session: Session, thing: Thing, reason: str, **by: Any) -> None:
    request_withdrawal(session, row_of(session, thing), reason=reason, **by)


ACTS: dict[str, Callable[..., Any]] = {
    "write": _write,
    "propose": _propose,
    "revise": _revise,
    "submit": _of_thing(submit),
    "request_changes": _of_thing(request_changes, reason=REASON),
    "reject": _of_thing(reject, reason=REASON),
    "approve": _approve,
    "recheck": _of_thing(recheck_annotation),
    "reconfirm": _reconfirm,
    "set_due": _set_due,
    "request_withdrawal": _request_withdrawal,
    "cancel_withdrawal": _of_thing(cancel_withdrawal),
    "confirm_withdrawal": _of_thing(confirm_withdrawal),
    "request_merger": _request_merger,
    "cancel_merger": _of_merger(cancel_merger),
    "confirm_merger": _of_merger(confirm_merger),
    "bring_in": _bring_in,
    "make_public": _of_thing(make_public),
    "describe": _describe,
    "check": _check,
    "preview": _preview,
    "reimport": _reimport,
    "redact": _redact,
}
"""Step of the model → the service that takes it."""

RIGHT_FOR = {
    **dict.fromkeys(("write", "propose", "revise", "set_due"), "write"),
    "submit": "submit",
    **dict.fromkeys(("request_changes", "reject", "approve"), "review"),
    **dict.fromkeys(("recheck", "reconfirm"), "recheck"),
    **dict.fromkeys(("request_withdrawal", "cancel_withdrawal", "confirm_withdrawal"), "withdraw"),
    **dict.fromkeys(("request_merger", "cancel_merger", "confirm_merger"), "merge"),
    "bring_in": "import",
    **{name: name for name in ("make_public", "describe", "check", "preview", "reimport", "redact")},
}
"""Step of the model → the right that it takes."""
