"""Editors who do anything at any time: hypothesis chooses the steps, the services decide, the rules must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy.orm import Session

from annotations.errors import DomainError
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
from annotations.store.publication_log import chain_is_whole
from annotations.vocabulary import Category, ChangeKind, EvidenceStatus, FactCheckStatus, Stance, Verdict
from tests.databases import Databases, engine_for
from tests.services.newsroom import Newsroom, claim_content, note_content, quoting, source_content, text_of
from tests.services.public_view import PublicView
from tests.services.rules_hold import RULES, check_stamps

SEEDS = st.integers(0, 2**32)
KINDS = list(ChangeKind)
# Eve writes nothing, so she is always a second person; chance alone would publish little.
WRITERS, REVIEWERS = ["ann", "bob", "ann", "cat"], ["eve", "eve", "eve", "ann", "cat"]
FAR = ["approve", "approve", "approve", "approve", "review", "draft", "request changes", "reject"]
# The last of them does not fit, and the one before only where a search is on record.
FITS = [
    (Verdict.OVERSTATED, Stance.QUALIFIES),
    (Verdict.SUPPORTED, Stance.SUPPORTS),
    (Verdict.PARTLY_SUPPORTED, Stance.SUPPORTS),
    (Verdict.OVERSTATED, Stance.CONTRADICTS),
    (Verdict.UNVERIFIABLE, Stance.SUPPORTS),
    (Verdict.OVERSTATED, Stance.SUPPORTS),
]
STATUSES = [EvidenceStatus.NO_NOTICE, EvidenceStatus.NO_NOTICE, EvidenceStatus.CORRECTED, EvidenceStatus.RETRACTED]
CATEGORIES = [Category.CURE_CLAIM, Category.UNDERSTATEMENT, Category.FAIR_STATEMENT]
QUOTES = ["cures migraine", "A pill", "cures everything", "costs little"]
REVIEWED = ["claim", "evidence", "annotation"]
TABLES: dict[str, type[Any]] = {"claim": Claim, "evidence": Evidence, "annotation": Annotation, "article": Article}
TAKEN: Counter[tuple[str, str]] = Counter()
"""How often each step was taken, and how often it was refused, over all runs."""


class Start:
    """Enough of everything, public and not, that any step has something to start from."""

    def __init__(self, databases: Databases) -> None:
        self.url = databases.copy(databases.migrated())
        with engine_for(self.url) as engine:
            self.room = room = Newsroom(engine)
            sources = [room.source(), room.source()]
            overstated = room.claim(None, (sources[0], Stance.QUALIFIES))
            supported = room.claim(None, (sources[1], Stance.SUPPORTS), verdict=Verdict.SUPPORTED)
            unused = room.claim(None, (sources[1], Stance.CONTRADICTS))
            articles = [room.article(), room.article(public=False)]
            notes = [room.note(article, overstated, note="It does not.") for article in articles]
            fair = {"categories": (Category.FAIR_STATEMENT,), "severity": None}
            notes.append(room.note(articles[0], supported, quoting("A pill"), **fair))
            lost, dropped = self.what_is_left(room)
        claims = [overstated, supported, unused, lost]
        self.made = {"evidence": [*sources, dropped], "claim": claims, "article": articles, "annotation": notes}

    @staticmethod
    def what_is_left(room: Newsroom) -> tuple[UUID, UUID]:
        """A claim whose only source was retracted, and a source that nobody cites any longer."""
        gone, dropped = room.source(), room.source()
        lost, other = room.claim(None, (gone, Stance.QUALIFIES)), room.claim(None, (dropped, Stance.QUALIFIES))
        retracted = source_content(room.unused("trial"), status=EvidenceStatus.RETRACTED)
        room.do(revise_evidence, Evidence, gone, retracted)
        room.publish(Evidence, gone)
        room.do(request_withdrawal, Claim, other, reason="A mistake.")
        room.do(confirm_withdrawal, Claim, other, by="bob")
        return lost, dropped


class Desk(RuleBasedStateMachine):
    """A newsroom on a database of its own; every step is a transaction of its own."""

    databases: Databases
    start: Start

    def __init__(self) -> None:
        super().__init__()
        self.url = self.databases.copy(self.start.url)
        self.connected = engine_for(self.url)
        self.room = Newsroom(self.connected.__enter__(), on_copy_of=self.start.room)
        self.made = {kind: list(ids) for kind, ids in self.start.made.items()}
        self.steps, self.changed = 0, False
        with self.room.look() as session:
            self.before = PublicView(session)

    def teardown(self) -> None:
        self.connected.__exit__(None, None, None)
        self.databases.drop(self.url)

    def throw(self, seed: int) -> Random:
        """Dice for one step: hypothesis likes to repeat itself, and a desk that repeats itself gets nowhere."""
        self.steps += 1
        return Random(f"{seed} {self.steps}")

    def one(self, kind: str, dice: Random) -> UUID:
        """Any one of a kind."""
        return dice.choice(self.made[kind])

    def take(self, step: str, sort: str, service: Any, entity_id: UUID, /, *rest: Any, by: str, **more: Any) -> None:
        """Try one step with one thing of a sort."""
        self.attempt(step, lambda s: service(s, s.get_one(TABLES[sort], entity_id), *rest, **self.room.by(by), **more))

    def create(self, step: str, kind: str, service: Any, *content: Any, by: str, **names: Any) -> UUID:
        """Try to make one more thing of a kind; its id, or that of an older one."""
        made = self.attempt(step, lambda s: service(s, *content, **names, **self.room.by(by)))
        if made is not None:
            self.made[kind].append(made.id)
        return self.made[kind][-1]

    def attempt(self, step: str, work: Callable[[Session], Any]) -> Any:
        """Do the work in a transaction, and count how it ended. Only errors of the domain are refusals."""
        try:
            with self.room.work() as session:
                result = work(session)
        except DomainError as error:
            TAKEN[step, error.code] += 1
            return None
        TAKEN[step, "taken"] += 1
        self.changed = True
        return result

    def go(self, kind: str, entity_id: UUID, dice: Random, author: str) -> None:
        """Send something on: to nobody, to review, back, or to the public."""
        far, reviewer = dice.choice(FAR), dice.choice(REVIEWERS)
        steps: dict[str, tuple[Any, dict[str, Any]]] = {
            "request changes": (request_changes, {"reason": "Why?"}),
            "reject": (reject, {"reason": "No."}),
            "approve": (approve, {"kind": dice.choice(KINDS)}),
        }
        if far != "draft":
            self.take(f"submit {kind}", kind, submit, entity_id, by=author)
        if far in steps:
            service, more = steps[far]
            self.take(f"{far} {kind}", kind, service, entity_id, by=reviewer, **more)

    @rule(seed=SEEDS)
    def work_on_a_source(self, seed: int) -> None:
        dice, name = self.throw(seed), self.room.unused("trial")
        source, by = self.one("evidence", dice), dice.choice(WRITERS)
        content = source_content(name, status=dice.choice(STATUSES))
        if dice.random() < 0.3:
            source = self.create("add source", "evidence", add_evidence, content, key=name, by=by)
        else:
            self.take("revise source", "evidence", revise_evidence, source, content, by=by)
        self.go("evidence", source, dice, by)

    @rule(seed=SEEDS)
    def work_on_a_claim(self, seed: int) -> None:
        dice, slug = self.throw(seed), self.room.unused("claim")
        claim, by, (verdict, stance) = self.one("claim", dice), dice.choice(WRITERS), dice.choice(FITS)
        cited = dict.fromkeys((self.one("evidence", dice) for _ in range(dice.randrange(4))), stance)
        searched = {} if cited else {"search_record": "PubMed", "searched_on": date(2026, 11, 1)}
        content = claim_content(*cited.items(), verdict=verdict, **searched)
        if dice.random() < 0.3:
            claim = self.create("write claim", "claim", write_claim, content, slug=slug, by=by)
        else:
            self.take("revise claim", "claim", revise_claim, claim, content, by=by)
        self.go("claim", claim, dice, by)

    @rule(seed=SEEDS)
    def work_on_a_note(self, seed: int) -> None:
        dice = self.throw(seed)
        note, by, category = self.one("annotation", dice), dice.choice(WRITERS), dice.choice(CATEGORIES)
        more: dict[str, Any] = {"categories": (category,), "note": dice.choice(["A note.", None])}
        more["severity"] = None if category is Category.FAIR_STATEMENT else 2
        content, passage = note_content(self.one("claim", dice), **more), quoting(dice.choice(QUOTES))
        if dice.random() < 0.4:
            where = self.one("article", dice)
            note = self.create("propose note", "annotation", _propose, where, passage, content, by=by)
        else:
            self.take("revise note", "annotation", revise_annotation, note, passage, content, by=by)
        self.go("annotation", note, dice, by)

    @rule(seed=SEEDS)
    def send_something_on(self, seed: int) -> None:
        dice = self.throw(seed)
        kind = dice.choice(REVIEWED)
        self.go(kind, self.one(kind, dice), dice, dice.choice(WRITERS))

    @rule(seed=SEEDS)
    def work_on_an_article(self, seed: int) -> None:
        dice, slug = self.throw(seed), self.room.unused("article")
        article, by = self.one("article", dice), dice.choice(WRITERS)
        own = dice.choice([True, False])
        metadata = ArticleMetadata(title=None if own else "Another title", language="en", topics=(slug,))
        step = dice.choice(["import", "show", "show", "describe", "check"])
        if step == "import" and len(self.made["article"]) < 5:
            document = text_of("The pill cures migraine.", "It cures everything.", title="A pill" if own else None)
            self.create("import", "article", import_article, document, slug=slug, metadata=metadata, by=by)
        elif step == "show":
            self.take("make public", "article", make_public, article, by=dice.choice(REVIEWERS))
        elif step == "describe":
            self.take("edit metadata", "article", edit_metadata, article, metadata, by=by, kind=dice.choice(KINDS))
        else:
            more = {"status": FactCheckStatus.PARTIAL, "checked_at": date(2026, 11, dice.randint(1, 9))}
            self.take("mark fact-check", "article", mark_fact_check, article, by=by, **more)

    @rule(seed=SEEDS)
    def look_again(self, seed: int) -> None:
        dice = self.throw(seed)
        note, by = self.one("annotation", dice), dice.choice(WRITERS)
        self.take("recheck", "annotation", recheck_annotation, note, by=by)

    @rule(seed=SEEDS)
    def withdraw(self, seed: int) -> None:
        dice = self.throw(seed)
        kind = dice.choice(["claim", "annotation", "article"])
        thing, by, second = self.one(kind, dice), dice.choice(["ann", "bob"]), dice.choice(REVIEWERS)
        step = dice.choice(["confirm", "confirm", "cancel", "cancel", "wait"])
        self.take(f"request withdrawal {kind}", kind, request_withdrawal, thing, by=by, reason="A mistake.")
        service = {"confirm": confirm_withdrawal, "cancel": cancel_withdrawal}.get(step)
        if service is not None:
            self.take(f"{step} withdrawal {kind}", kind, service, thing, by=second)

    @invariant()
    def the_rules_hold(self) -> None:
        # What was refused left no trace, as the tests of each service show.
        if not self.changed:
            return
        self.changed = False
        with self.room.look() as session:
            after = PublicView(session)
        for check in RULES:
            check(after)
        check_stamps(self.before, after)
        assert chain_is_whole(self.room.log())
        self.before = after


def _propose(session: Session, article: UUID, *rest: Any, **more: Any) -> Annotation:
    return propose_annotation(session, session.get_one(Article, article), *rest, **more)
