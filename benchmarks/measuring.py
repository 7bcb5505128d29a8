"""Measuring the product against the bare application, in pairs, so that a ratio holds on a machine that others use."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from annotations.settings import database_url
from annotations.store.engine import make_engine
from annotations.store.migrate import upgrade
from benchmarks.cases import Case
from benchmarks.load import Order, Result, UnexpectedAnswer, run_apart
from benchmarks.recording import RECORDINGS_VARIABLE, Recording, ask, record, write_recordings
from benchmarks.servers import serving
from seeds.loader import load_samples

WARM_UP_SECONDS = 0.3
BASE_URL = "http://localhost:8000"
SECRET_KEY = "the benchmark's own secret, which signs no cursor that is kept"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure: ``rounds`` pairs for each case, each side for ``seconds``."""

    rounds: int
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The product and the bare application, one right after the other."""

    product: Result
    bare: Result

    @property
    def ratio(self) -> float:
        """Requests per second of the product for each one of the bare application."""
        return self.product.per_second / self.bare.per_second


@dataclass(frozen=True, slots=True)
class Measured:
    """All pairs of one case."""

    case: Case
    status: int
    body_bytes: int
    pairs: tuple[Pair, ...]

    def median_of(self, side: str, figure: str) -> float:
        """The median over the rounds of ``figure`` of ``product`` or ``bare``."""
        return float(median(getattr(getattr(pair, side), figure) for pair in self.pairs))

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return median(self.ratios)

    @property
    def ratios(self) -> tuple[float, ...]:
        """The ratio of each pair."""
        return tuple(pair.ratio for pair in self.pairs)

    @property
    def limited_by_load(self) -> bool:
        """Whether the load had no more than a tenth of its core to spare, so that a side may be faster than shown."""
        shares = [
            result.own_cpu_seconds / result.seconds for pair in self.pairs for result in (pair.product, pair.bare)
        ]
        return max(shares) > 0.9


def measure(cases: Sequence[Case], plan: Plan, url: str | None) -> Generator[Measured]:
    """Measure each case; ``url`` is a database to use in place of a SQLite file made for the purpose.

    That database is migrated and gets the samples; nothing else in it is changed.

    Raises:
        ServerFailed: a server did not start.
        UnexpectedAnswer: one of the two did not answer what was recorded.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="caveat-bench-")))
        database = database_url(url or f"sqlite:///{folder / 'caveat.db'}")
        _prepare(database)
        environ = {"DATABASE_URL": database, "SECRET_KEY": SECRET_KEY, "PUBLIC_BASE_URL": BASE_URL}
        product = stack.enter_context(serving("wsgi:app", environ, folder / "product.log", probe="/health/live"))
        headers = {case.name: _headers_of(product, case) for case in cases}
        recordings = [record(case.name, ask(product, case.path, headers[case.name])) for case in cases]
        bare = stack.enter_context(_serving_bare(recordings, folder))
        for case, recording in zip(cases, recordings, strict=True):
            yield _measure_case(case, recording, headers[case.name], (product, bare), plan)


def _prepare(database: str) -> None:
    engine = make_engine(database)
    try:
        upgrade(engine)
        load_samples(engine)
    finally:
        engine.dispose()


def _headers_of(port: int, case: Case) -> dict[str, str]:
    """What a caller sends, with the tag of what it holds where it revalidates."""
    if not case.revalidates:
        return dict(case.headers)
    tag = ask(port, case.path, case.headers).header("ETag")
    if tag is None:
        raise UnexpectedAnswer(f"{case.path} has no entity tag")
    return {**case.headers, "If-None-Match": tag}


@contextmanager
def _serving_bare(recordings: Sequence[Recording], folder: Path) -> Generator[int]:
    path = folder / "recordings.json"
    write_recordings(path, recordings)
    environ = {RECORDINGS_VARIABLE: str(path)}
    with serving("benchmarks.bare:app", environ, folder / "bare.log", probe=recordings[0].bare_path) as port:
        yield port


def _measure_case(
    case: Case, recording: Recording, headers: Mapping[str, str], ports: tuple[int, int], plan: Plan
) -> Measured:
    product, bare = ports
    _check_same(recording, product, case.path, headers)
    _check_same(recording, bare, recording.bare_path, headers)

    def load(port: int, path: str, seconds: float) -> Result:
        return run_apart(
            Order(port, path, recording.status, len(recording.body), seconds, plan.connections, dict(headers))
        )

    for port, path in ((product, case.path), (bare, recording.bare_path)):
        load(port, path, min(WARM_UP_SECONDS, plan.seconds))
    pairs = tuple(
        Pair(load(product, case.path, plan.seconds), load(bare, recording.bare_path, plan.seconds))
        for _ in range(plan.rounds)
    )
    return Measured(case, recording.status, len(recording.body), pairs)


def _check_same(recording: Recording, port: int, path: str, headers: Mapping[str, str]) -> None:
    answer = ask(port, path, headers)
    if (answer.status, answer.body) != (recording.status, recording.body):
        raise UnexpectedAnswer(f"{path} does not answer what was recorded")
