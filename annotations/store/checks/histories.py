"""Checks of the entities' histories: a chain of steps for each, from its first to the state it is in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotations.store.articles import Article
from annotations.store.chains import GENESIS, LOG_CHAIN
from annotations.store.checks.findings import Findings, batches, chunks, gives, step_row
from annotations.store.checks.redactions import RedactedRows
from annotations.store.claims import Claim
from annotations.store.content_hashes import step_hash
from annotations.store.editorial import ChainHead
from annotations.store.evidence import Evidence
from annotations.store.history import chain_of
from annotations.store.notes import Annotation
from annotations.store.review import Transition
from annotations.vocabulary import EntityType

STEPS = "transitions"
ENTITIES: dict[str, type[Any]] = {
    EntityType.ARTICLE: Article,
    EntityType.CLAIM: Claim,
    EntityType.EVIDENCE: Evidence,
    EntityType.ANNOTATION: Annotation,
}


@dataclass(frozen=True, slots=True)
class _Tail:
    """The last step of an entity's history."""

    entity_type: str
    entity_id: UUID
    position: int
    hash: str
    state: str

    @property
    def row(self) -> str:
        return step_row(self.entity_type, self.entity_id, self.position)

    @property
    def next_row(self) -> str:
        return step_row(self.entity_type, self.entity_id, self.position + 1)


def check_histories(session: Session, findings: Findings, redacted: RedactedRows) -> None:
    """Walk the chain of every entity from its first step."""
    statement = select(Transition.__table__).order_by(Transition.entity_type, Transition.entity_id, Transition.position)
    tail: _Tail | None = None
    for rows in batches(session, statement):
        ended: list[_Tail] = []
        for step in rows:
            if tail is not None and (tail.entity_type, tail.entity_id) != (step.entity_type, step.entity_id):
                ended.append(tail)
                tail = None
            _check_step(findings, redacted, tail, step)
            tail = _Tail(step.entity_type, step.entity_id, step.position, step.hash, step.to_state)
        findings.checked["steps"] += len(rows)
        _check_tails(session, findings, ended)
    _check_tails(session, findings, [tail] if tail is not None else [])
    _check_heads(session, findings)
    _check_entities(session, findings)


def _check_step(findings: Findings, redacted: RedactedRows, before: _Tail | None, step: Any) -> None:
    name = step_row(step.entity_type, step.entity_id, step.position)
    position, prev_hash, state = (before.position, before.hash, before.state) if before else (0, GENESIS, None)
    if step.position != position + 1:
        findings.add(STEPS, name, f"follows step {position}: step {position + 1} is missing")
    if step.prev_hash != prev_hash:
        findings.add(STEPS, name, "names another hash than that of the step before it")
    if step.from_state != state:
        findings.add(STEPS, name, f"begins from {step.from_state}, and the step before it ended at {state}")
    if not redacted.names(STEPS, step.id) and not gives(step.hash, partial(step_hash, step)):
        findings.add(STEPS, name, "its content does not give its hash")


def _check_tails(session: Session, findings: Findings, tails: list[_Tail]) -> None:
    """The last steps of some entities against the heads that were kept, and against the entities' own states."""
    for some in chunks(tails):
        names = [chain_of(tail.entity_type, tail.entity_id) for tail in some]
        heads = {head.chain: head for head in session.execute(_heads().where(ChainHead.chain.in_(names)))}
        states = _states(session, some)
        for tail, name in zip(some, names, strict=True):
            head = heads.get(name)
            if head is None:
                findings.add("chain_heads", name, f"the head of this history is not kept: it ends at {tail.row}")
            elif head.position > tail.position:
                findings.add(STEPS, tail.next_row, f"cut off: the history went on to step {head.position}")
            elif head.position < tail.position:
                findings.add(STEPS, tail.row, f"added beyond the head, which is step {head.position}")
            elif head.hash != tail.hash:
                findings.add(STEPS, tail.row, "its hash is not that of the head that was kept")
            state = states.get((tail.entity_type, tail.entity_id))
            if state is None:
                findings.add(STEPS, tail.row, "there is no such entity")
            elif state != tail.state:
                findings.add(STEPS, tail.row, f"ended at {tail.state}, and the {tail.entity_type} is {state}")


def _heads() -> Any:
    return select(ChainHead.chain, ChainHead.position, ChainHead.hash)


def _states(session: Session, tails: list[_Tail]) -> dict[tuple[str, UUID], str]:
    ids: defaultdict[str, list[UUID]] = defaultdict(list)
    for tail in tails:
        ids[tail.entity_type].append(tail.entity_id)
    found = {}
    for entity_type, some in ids.items():
        table = ENTITIES.get(entity_type)
        if table is None:
            continue
        state = Article.visibility if table is Article else table.state
        for row in session.execute(select(table.id, state.label("state")).where(table.id.in_(some))):
            found[entity_type, row.id] = row.state
    return found


def _check_heads(session: Session, findings: Findings) -> None:
    """A head that was kept has its chain, so that a history cut off altogether shows."""
    for heads in batches(session, _heads().where(ChainHead.chain != LOG_CHAIN).order_by(ChainHead.chain)):
        named = {head.chain: head for head in heads}
        ids = {chain: _entity_of(chain) for chain in named}
        there = set()
        known = [entity_id for entity_id in ids.values() if entity_id is not None]
        steps = select(Transition.entity_type, Transition.entity_id).where(Transition.entity_id.in_(known)).distinct()
        for row in session.execute(steps):
            there.add(chain_of(row.entity_type, row.entity_id))
        for chain in sorted(named.keys() - there):
            findings.add("chain_heads", chain, f"all {named[chain].position} steps of this history are missing")


def _entity_of(chain: str) -> UUID | None:
    try:
        return UUID(hex=chain.partition(":")[2])
    except ValueError:
        return None


def _check_entities(session: Session, findings: Findings) -> None:
    for entity_type, table in ENTITIES.items():
        steps = select(Transition.id).where(Transition.entity_type == entity_type, Transition.entity_id == table.id)
        for rows in batches(session, select(table.id).where(~steps.exists()).order_by(table.id)):
            for row in rows:
                findings.add(STEPS, step_row(entity_type, row.id, 1), "missing: the entity has no history")
