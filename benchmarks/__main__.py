"""``make bench``, or ``python -m benchmarks``: speed of the common reads, and how spans are carried over."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from annotations.errors import DomainError
from benchmarks.anchoring import CASES_FOLDER, ScoringFailed, anchoring_report
from benchmarks.cases import CASES
from benchmarks.load import MAX_CONNECTIONS, UnexpectedAnswer
from benchmarks.measuring import Plan, measure
from benchmarks.report import as_json, footnotes, table
from benchmarks.scale import scale_report
from benchmarks.servers import ServerFailed

RESULTS = Path(__file__).with_name("results") / "latest.json"
MAX_ROUNDS, MAX_SECONDS = 50, 60.0
ANCHORING, SCALE = "anchoring", "scale"


def main() -> None:
    """Measure, print, and save where asked to."""
    options = _options()
    if not options.only or set(options.only) - {ANCHORING, SCALE}:
        _measure_reads(options)
    if SCALE in (options.only or ()) or not (options.only or options.quick):
        print(f"\n{scale_report()}")
    if not options.only or ANCHORING in options.only:
        _measure_anchoring(options.anchoring_cases)


def _measure_anchoring(folder: Path) -> None:
    try:
        report = anchoring_report(folder)
    except ScoringFailed as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(f"\n{report}" if report else f"\nRe-anchoring is not measured: no cases in {folder}.")


def _measure_reads(options: argparse.Namespace) -> None:
    plan = Plan(options.rounds, options.seconds, options.connections)
    cases = [case for case in CASES if not options.only or case.name in options.only]
    load_before = os.getloadavg()[0]
    measured = []
    try:
        for one in measure(cases, plan, options.database_url):
            print(f"measured: {one.case.title}", file=sys.stderr, flush=True)
            measured.append(one)
    except (ServerFailed, UnexpectedAnswer, DomainError, SQLAlchemyError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(table(measured), footnotes(measured, plan), sep="\n\n")
    if options.save:
        backend = (options.database_url or "sqlite").partition(":")[0]
        document = as_json(measured, plan, backend=backend, load_before=load_before)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        print(f"\nSaved to {RESULTS.relative_to(RESULTS.parents[2])}.")


def _options() -> argparse.Namespace:
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="pairs for each case (default: 5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each side is asked (default: 2)")
    parser.add_argument("--connections", type=int, default=4, help="callers at a time (default: 4)")
    parser.add_argument("--only", action="append", choices=[*names, ANCHORING, SCALE], help="this case (repeatable)")
    parser.add_argument("--database-url", help="a database to use; it is migrated and gets the samples")
    parser.add_argument(
        "--anchoring-cases", type=Path, default=CASES_FOLDER, help=f"where they lie, seen from here ({CASES_FOLDER})"
    )
    parser.add_argument("--quick", action="store_true", help="leave out the database of 100,000 annotations")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/latest.json")
    options = parser.parse_args()
    if not 1 <= options.rounds <= MAX_ROUNDS:
        parser.error(f"--rounds must be from 1 to {MAX_ROUNDS}")
    if not 0 < options.seconds <= MAX_SECONDS:
        parser.error(f"--seconds must be over 0, and at most {MAX_SECONDS:g}")
    if not 1 <= options.connections <= MAX_CONNECTIONS:
        parser.error(f"--connections must be from 1 to {MAX_CONNECTIONS}")
    return options


if __name__ == "__main__":
    main()
