"""What was measured, as a table for people and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.measuring import Measured, Plan

_COLUMNS = ("case", "bytes", "req/s", "p99 ms", "bare req/s", "bare p99 ms", "ratio", "ratios of the pairs")


def table(measured: Sequence[Measured]) -> str:
    """The table: medians over the rounds; a star where the load itself was near its limit."""
    rows = [_COLUMNS, *(_row(one) for one in measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def footnotes(measured: Sequence[Measured], plan: Plan) -> str:
    """How the table came about, and what the load cost."""
    ceilings = [result.ceiling_per_second for one in measured for pair in one.pairs for result in (pair.bare,)]
    lines = [
        f"Medians of {plan.rounds} pairs (product, bare, product, bare ...), {plan.seconds:g} s a side, "
        f"{plan.connections} keep-alive connections, one worker each.",
        "ratio: requests/s of the product for each one of a bare Flask route that returns the same bytes.",
        f"The load's own work would allow {min(ceilings):,.0f} to {max(ceilings):,.0f} requests/s, by the size of the "
        "answer.",
    ]
    if any(one.limited_by_load for one in measured):
        lines.append("* The load used more than nine tenths of a core here: the faster side may be faster than shown.")
    return "\n".join(lines)


def as_json(measured: Sequence[Measured], plan: Plan, *, backend: str, load_before: float) -> dict[str, Any]:
    """The same with every round, and on what kind of machine."""
    return {
        "plan": asdict(plan),
        "backend": backend,
        "machine": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
            "load_average_before": load_before,
        },
        "cases": [
            {
                "name": one.case.name,
                "path": one.case.path,
                "status": one.status,
                "body_bytes": one.body_bytes,
                "requests_per_second": round(one.median_of("product", "per_second"), 1),
                "p99_ms": round(one.median_of("product", "p99_ms"), 3),
                "bare_requests_per_second": round(one.median_of("bare", "per_second"), 1),
                "bare_p99_ms": round(one.median_of("bare", "p99_ms"), 3),
                "ratio": round(one.ratio, 4),
                "limited_by_load": one.limited_by_load,
                "rounds": [
                    {"product": asdict(pair.product), "bare": asdict(pair.bare), "ratio": pair.ratio}
                    for pair in one.pairs
                ],
            }
            for one in measured
        ],
    }


def _row(one: Measured) -> tuple[str, ...]:
    return (
        one.case.title,
        f"{one.body_bytes:,}",
        f"{one.median_of('product', 'per_second'):,.0f}",
        f"{one.median_of('product', 'p99_ms'):.1f}",
        f"{one.median_of('bare', 'per_second'):,.0f}{'*' if one.limited_by_load else ''}",
        f"{one.median_of('bare', 'p99_ms'):.1f}",
        f"{one.ratio:.3f}",
        f"{min(one.ratios):.3f} to {max(one.ratios):.3f}",
    )
