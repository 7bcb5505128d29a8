"""A desk whose every step is written down: what each address answered after it, to be compared with ``as_of``.

Each step of :func:`story` changes the public view in one publication; drafts that are never published, all marked with
:data:`MARK`, lie in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from annotations.services.articles import edit_metadata
from annotations.services.content import ArticleMetadata
from annotations.services.merging import confirm_merger, request_merger
from annotations.services.reconfirming import reconfirm_annotation, reconfirm_claim
from annotations.services.redacting import ArticlePart, redact_version
from annotations.services.reimporting import reimport_article
from annotations.store.articles import Article
from annotations.store.claims import Claim
from annotations.store.evidence import Evidence
from annotations.store.log import LogRow
from annotations.store.notes import Annotation
from annotations.vocabulary import Category, EvidenceStatus, FactCheckStatus, Role, Stance, Verdict
from api.schemas.times import rfc3339
from tests.api.leaks import names_in
from tests.api.walking import Answer, ask
from tests.editors import Editors, imported

MARK = "zzdraftzz"
TITLE = "A pill that cures everything"
TEXT = [
    "The pill cures migraine within a week, doctors say.",
    "Patients sleep better after the pill. Nobody knows why they do.",
    "It costs little and it is sold everywhere.",
    "The last word is not spoken.",
]
LISTS = [
    "/v1/articles?limit=100",
    "/v1/articles?limit=100&topic=plain",
    "/v1/articles?limit=100&language=de&verdict=overstated",
    "/v1/articles?limit=100&category=fair_statement",
    "/v1/annotations?limit=100",
    "/v1/annotations?limit=100&article=pill&severity=3&category=weak_evidence",
    "/v1/annotations?limit=100&evidence=trial&verdict=overstated",
    "/v1/claims?limit=100",
    "/v1/claims?limit=100&verdict=misleading",
    "/v1/evidence?limit=100",
    "/v1/evidence?limit=100&status=retracted",
    "/v1/evidence?limit=100&identifier=10.5555/plain.trial",
]
BY_PLACE = re.compile(r"/v1/articles/[^/]+/paragraphs/([0-9]+)")
ARTICLE = ("/v1/articles/pill", "/v1/articles/pill/paragraphs?limit=100")


class Desk(Editors):
    """Editors who also re-import, reconfirm and edit metadata."""

    def reimport(self, article: Article, texts: Iterable[str], title: str = TITLE) -> None:
        """Another text of an article."""
        with self._at_work(article) as (session, now, found):
            reimport_article(session, found, imported(title, texts), actor=self.writer, now=now)

    def reconfirm(self, entity: Claim | Annotation) -> None:
        """Let a flagged claim or annotation stand."""
        step = reconfirm_claim if isinstance(entity, Claim) else reconfirm_annotation
        with self._at_work(entity) as (session, now, found):
            step(session, found, reason="It stands.", actor=self.approver, now=now)

    def merge(self, loser: Claim, winner: Claim) -> None:
        """One claim into another."""
        with self._at_work(loser) as (session, now, found):
            other = session.get_one(Claim, winner.id)
            merger = request_merger(session, found, other, reason="They say the same.", actor=self.writer, now=now)
        with self._at_work(merger) as (session, now, found):
            confirm_merger(session, found, actor=self.approver, now=now)

    def redact(self, entity: Article | Claim, number: int, part: ArticlePart | None = None) -> None:
        """Blank a version."""
        with self._at_work(entity) as (session, now, found):
            admin = replace(self.approver, role=Role.ADMIN)
            redact_version(session, found, number, reason="A reason.", actor=admin, now=now, part=part)

    def rename(self, article: Article, **metadata: Any) -> None:
        """Other metadata of an article."""
        given = {"title": None, "language": "en", "topics": (self.mark,), **metadata}
        with self._at_work(article) as (session, now, found):
            edit_metadata(session, found, ArticleMetadata(**given), actor=self.approver, now=now)


@dataclass(frozen=True)
class Chapter:
    """One step: the times of its first and last log row, and what every address of its day answered after it."""

    name: str
    began: datetime
    ended: datetime
    answers: dict[str, Answer]


@dataclass
class Told:
    """The whole story on one database, and a reader after its end; ``secret`` are the addresses of drafts."""

    engine: Engine
    client: FlaskClient
    chapters: list[Chapter]
    secret: list[str]

    def asked(self, path: str, at: datetime) -> Answer:
        return ask(self.client, past(path, at))

    def answers(self, at: datetime) -> dict[str, Answer]:
        """Every address of the last chapter, as of ``at``."""
        return {path: self.asked(path, at) for path in self.chapters[-1].answers}

    def changes(self) -> Iterator[tuple[str, Chapter, Chapter, Answer, Answer]]:
        """Each address whose answer a chapter changed: the chapters before and after, and what was answered in each."""
        for before, after in pairwise(self.chapters):
            for path, answer in before.answers.items():
                if told_of(answer) != told_of(after.answers[path]):
                    yield path, before, after, answer, after.answers[path]


def chapters(engine: Engine, client: FlaskClient) -> list[Chapter]:
    """The story, written down. A step that changes nothing public is a fault of the story."""
    written: list[Chapter] = []
    for name in story(Desk(engine)):
        with Session(engine) as session:
            rows = list(session.scalars(select(LogRow.at).order_by(LogRow.seq)))
        times = [at for at in rows if not written or at > written[-1].ended]
        assert times, f"nothing changed: {name}"
        answers = {path: ask(client, path) for path in [*LISTS, *known(engine)] if MARK not in path}
        written.append(Chapter(name, times[0], times[-1], answers))
    return written


def told_of(answer: Answer) -> tuple[int, bytes]:
    """What an answer tells, headers aside."""
    return answer.status, answer.body


def timeless(answer: Answer) -> Any:
    """The body without ``updated_at``: one publication's rows follow one another by a tick, and the last one counts."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(inner) for name, inner in value.items() if name != "updated_at"}
        return [without(inner) for inner in value] if isinstance(value, list) else value

    return without(answer.json) if answer.body else None


def past(path: str, at: datetime) -> str:
    """``path`` as of ``at``."""
    return f"{path}{'&' if '?' in path else '?'}as_of={quote(rfc3339(at))}"


def known(engine: Engine) -> Iterator[str]:
    """The address of everything that there is, public or not; of paragraphs by their place, the first two."""
    for path in sorted({path.format(**found) for path, names in names_in(engine).items() for found in names}):
        place = BY_PLACE.fullmatch(path)
        if place and int(place[1]) > 1:
            continue
        yield f"{path}?limit=100" if path.endswith("/paragraphs") else path


def story(desk: Desk) -> Iterator[str]:
    """The steps, by name. What is not public when it is made comes with the step before it."""
    trial = desk.source("trial", doi="10.5555/plain.trial")
    review, spare = desk.source("review"), desk.source("spare")
    desk.source("never-cited", doi=f"10.5555/{MARK}.cited", title=f"Approved {MARK}")
    cure = desk.claim("cure", [trial, review])
    yield "a claim"
    sleep = desk.claim("sleep", [trial], verdict=Verdict.SUPPORTED, stance=Stance.SUPPORTS)
    yield "a claim that is supported"
    words = ["Words that nobody sees yet.", "Words that nobody will ever see."]
    hidden = desk.article("hidden", words, title="Not yet", public=False)
    early = desk.annotation(hidden, 1, "nobody sees", cure)
    # Approved, and taken out of force again, while nobody could see it.
    desk.annotation(hidden, 2, "nobody will", cure)
    desk.reimport(hidden, words[:1], title="Not yet")
    pill = desk.article("pill", TEXT, title=TITLE)
    yield "an article"
    on_title = desk.annotation(pill, 0, "cures everything", cure, severity=3)
    yield "a note on its title"
    on_cure = desk.annotation(pill, 1, "cures migraine", cure, note=None)
    yield "a note that shows the claim's summary"
    fair = desk.annotation(pill, 2, "sleep better", sleep, categories=(Category.FAIR_STATEMENT,), severity=None)
    yield "a fair statement"
    on_price = desk.annotation(pill, 3, "sold everywhere", cure, severity=1)
    yield "a note that will be withdrawn"
    _drafts(desk, pill, cure, trial, on_cure)
    desk.check(pill, FactCheckStatus.COMPLETE)
    yield "a fact-check"
    desk.revise_claim(cure, [review, trial], summary="Another summary.")
    yield "a claim in other words"
    desk.revise_annotation(on_cure, 1, "within a week", cure, note="Not within a week.", severity=1)
    yield "a note elsewhere"
    desk.recheck(on_title)
    yield "a notice on the title"
    desk.revise_annotation(on_title, 0, "A pill", cure, note="Just a pill.")
    yield "the notice ends with another version"
    desk.revise_source(review, key_finding="Another finding.")
    yield "a source in other words"
    desk.revise_claim(sleep, [trial], verdict=Verdict.MISLEADING, stance=Stance.CONTRADICTS)
    yield "a verdict that the fair statement does not fit"
    desk.revise_annotation(fair, 2, "sleep better", sleep, categories=(Category.CAUSAL_OVERCLAIM,))
    yield "the fair statement is none any more"
    yield from _texts(desk, pill, on_title)
    desk.revise_source(trial, status=EvidenceStatus.RETRACTED, status_notice="Retracted.", doi="10.5555/plain.trial")
    yield "a retracted source: one claim flagged, the other's notes pending"
    desk.reconfirm(cure)
    yield "a flagged claim that stands"
    desk.revise_claim(cure, [review])
    yield "a claim without the retracted source"
    desk.revise_claim(sleep, [spare], verdict=Verdict.MISLEADING, stance=Stance.CONTRADICTS)
    yield "a source that nothing cites any longer"
    desk.reconfirm(fair)
    yield "a notice that ends because its note stands"
    desk.revise_claim(cure, [review, trial])
    yield "a source that is cited again"
    nap = desk.claim("nap", [review], summary="A nap.")
    yield "a claim that will be merged"
    desk.annotation(pill, 3, "Nobody knows", nap, note=None)
    yield "a note that makes it"
    desk.merge(nap, cure)
    yield "the claim is merged"
    desk.make_public(hidden)
    yield "an article that comes with its note"
    desk.rename(hidden, language="de", topics=("other",), publisher="A publisher")
    yield "other metadata"
    desk.withdraw(on_price, "It marked the wrong words.")
    yield "a note withdrawn"
    desk.recheck(early)
    yield "a notice on an article that will be withdrawn"
    desk.withdraw(hidden, "It was not ours to show.")
    yield "an article withdrawn"
    desk.withdraw(fair, "Nobody says so any more.")
    yield "the last note of a claim withdrawn"
    desk.withdraw(sleep, "Nobody says so any more.")
    yield "a claim withdrawn, and its source with it"
    _drafts(desk, pill, cure, trial, on_cure, name="late", first=2)
    desk.rename(pill, byline="Somebody")
    yield "the end"


def _texts(desk: Desk, pill: Article, on_title: Annotation) -> Iterator[str]:
    """Re-imports: paragraphs that move, go and come back; words that change, and sentences around them."""
    moved = ["A new paragraph comes first.", *TEXT]
    desk.reimport(pill, moved)
    yield "a paragraph more"
    around = moved[2].replace("Patients sleep", "No patients sleep")
    changed = [moved[0], "The pill cures migraine within one week, doctors say.", around, *moved[3:]]
    desk.reimport(pill, changed)
    yield "words that change, and a sentence around others"
    desk.reimport(pill, changed[:3], title="A pill for some")
    yield "paragraphs that go, and another title"
    desk.reimport(pill, moved)
    yield "the old text again"
    desk.recheck(on_title)
    yield "a notice after all that"


def _drafts(
    desk: Desk,
    article: Article,
    claim: Claim,
    source: Evidence,
    note: Annotation,
    *,
    name: str = "early",
    first: int = 1,
) -> None:
    """Drafts on everything; ``first`` is where the paragraph stands that was the first."""
    desk.mark = MARK
    secret = desk.source(f"{MARK}-{name}", review="in_review")
    draft = desk.claim(f"{MARK}-{name}", [secret, source], review="draft")
    desk.revise_claim(claim, [source], review="rejected", verdict=Verdict.UNSUPPORTED)
    desk.revise_source(source, review="in_review", status=EvidenceStatus.CONCERN, status_notice=f"Notice {MARK}")
    desk.annotation(article, first + 2, "It costs", draft, review="draft", severity=3)
    desk.annotation(article, first + 2, "costs little", claim, review="in_review")
    desk.revise_annotation(note, first, "The pill", claim, review="draft")
    desk.article(f"{MARK}-{name}", [f"A text {MARK}."], title=f"A title {MARK}", public=False, topics=(MARK,))
    desk.mark = "plain"
