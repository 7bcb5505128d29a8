"""Stories with something to redact in them: a version that says what it must not, and is no longer in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from annotations.services.articles import edit_metadata
from annotations.services.claims import revise_claim
from annotations.services.content import ArticleMetadata, CitedEvidence
from annotations.services.evidence import revise_evidence
from annotations.services.notes import revise_annotation
from annotations.services.redacting import ArticlePart, redact_version
from annotations.services.reimporting import reimport_article
from annotations.services.reviewing import reject, submit
from annotations.services.withdrawing import confirm_withdrawal, request_withdrawal
from annotations.store.articles import Article, ArticleVersion, Revision
from annotations.store.claims import Claim, ClaimVersion
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.notes import Annotation, AnnotationVersion
from annotations.vocabulary import OriginStatus, Stance
from tests.services.mergers import merge
from tests.services.newsroom import START, claim_content, dump, note_content, quoting, source_content, text_of

MARK = "zyzzyva libel"
REASON = "A court asked for it."
TEXT = ("The pill cures migraine in a week.", f"It says {MARK} of a doctor, and the pill cures everything.", "Cheap.")
CLEAN = ("The pill cures migraine in a week.", "It says nothing of a doctor.", "Cheap.")


@dataclass
class Story:
    """An entity whose version 1 bears the mark and is not in force."""

    table: type[Any]
    entity: UUID
    versions: type[Any]
    part: ArticlePart | None = None


def of_claim(room):
    source = room.source("a trial")
    cited = CitedEvidence(source, Stance.CONTRADICTS, f"Why {MARK}", f"Quote {MARK}", f"Page {MARK}")
    words = {"text": f"Claim of {MARK}", "summary": f"Summary of {MARK}", "search_record": f"Looked for {MARK}"}
    claim = room.claim("cures", citations=(cited,), searched_on=START.date(), **words)
    note = room.note(room.article("about-a-pill"), claim)
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, severity=3))
    room.publish(Annotation, note)
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.CONTRADICTS)))
    room.do(submit, Claim, claim)
    room.do(reject, Claim, claim, reason=f"It still says: Summary of {MARK}", by="bob")
    room.do(revise_claim, Claim, claim, claim_content((source, Stance.CONTRADICTS)))
    room.publish(Claim, claim, reason=f"“Claim of {MARK}” was not so.")
    # Whoever the other is merged into is told of in its correction.
    return Story(Claim, claim, ClaimVersion)


def of_loser(room):
    story = of_claim(room)
    winner = room.claim("winner", text=f"Claim of {MARK}", summary=f"Summary of {MARK}")
    merge(room, story.entity, winner)
    room.do(revise_claim, Claim, winner, claim_content((room.source("another"), Stance.CONTRADICTS)))
    room.publish(Claim, winner)
    room.do(redact_version, Claim, story.entity, 1, reason=REASON, by="dan")
    return Story(Claim, winner, ClaimVersion)


def of_evidence(room):
    names = "title authors journal design_summary population key_finding limitations certainty_reason status_notice"
    address = f"https://example.org/{MARK.replace(' ', '-')}"
    words = {name: f"{name} {MARK}" for name in names.split()}
    doi = f"10.1000/{MARK.replace(' ', '-')}"
    source = room.source("a trial", url=address, doi=doi, **words)
    room.note(room.article("about-a-pill"), room.claim("cures", (source, Stance.CONTRADICTS)))
    room.do(revise_evidence, Evidence, source, source_content("a trial"))
    room.publish(Evidence, source, reason="Mistaken for another.")
    return Story(Evidence, source, EvidenceVersion)


def of_annotation(room):
    claim = room.claim("cures")
    note = room.note(room.article("about-a-pill"), claim, note=f"Note of {MARK}")
    room.do(revise_annotation, Annotation, note, quoting("cures migraine"), note_content(claim, note="Not so."))
    room.publish(Annotation, note, reason=f"Note of {MARK}")
    return Story(Annotation, note, AnnotationVersion)


def of_metadata(room):
    article = room.article("about-a-pill", title=f"Title of {MARK}")
    claim = room.claim("cures")
    room.note(article, claim)
    words = {"publisher": f"Publisher {MARK}", "byline": f"By {MARK}"}
    address = f"https://example.org/{MARK.replace(' ', '-')}"
    known = {"canonical_url": address, "origin_status": OriginStatus.KNOWN}
    marked = ArticleMetadata(title=f"Title of {MARK}", language="en", **words, **known)
    room.do(edit_metadata, Article, article, marked, by="bob")
    room.do(edit_metadata, Article, article, ArticleMetadata(title="A pill", language="en"), by="bob")
    room.do(redact_version, Article, article, 2, reason=REASON, part=ArticlePart.METADATA, by="dan")
    return Story(Article, article, ArticleVersion, ArticlePart.METADATA)


def of_text(room):
    article = room.article("about-a-pill", *TEXT)
    claim = room.claim("cures")
    near, on = (room.note(article, claim, quoting(words, ordinal=2)) for words in ("the pill cures", f"says {MARK} of"))
    room.note(article, claim, quoting("cures migraine"))
    room.do(reimport_article, Article, article, text_of(*CLEAN, title="A pill against migraine"))
    room.do(request_withdrawal, Annotation, on, reason="The words are gone.")
    room.do(confirm_withdrawal, Annotation, on, by="bob")
    assert near
    return Story(Article, article, Revision, ArticlePart.TEXT)


STORIES = {
    "claim": of_claim,
    "a claim that another was merged into": of_loser,
    "evidence": of_evidence,
    "annotation": of_annotation,
    "metadata": of_metadata,
    "text": of_text,
}


def redact(room, story, number=1, *, by="dan", **more):
    given = {"reason": REASON, "part": story.part, **more}
    return room.do(redact_version, story.table, story.entity, number, by=by, **given)


def refuse(room, error, story, number, *, by="dan", expected=None, **more):
    given = {"reason": REASON, "part": story.part, **more}
    room.refuse(error, redact_version, story.table, story.entity, number, by=by, expected=expected, **given)


def marked_rows(room):
    spellings = (MARK, MARK.replace(" ", "-"))
    return {
        table: [row for row in rows if any(spelling in str(row) for spelling in spellings)]
        for table, rows in dump(room.engine).items()
        if any(spelling in str(rows) for spelling in spellings)
    }
