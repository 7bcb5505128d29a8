"""Turns skipped tests into failures where everything must run.

A continuous build sets ``CAVEAT_REQUIRE_ALL=1``: a test that cannot run there, because PostgreSQL does not start or a
tool is missing, must not look like one that passed.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

REQUIRE_ALL = "CAVEAT_REQUIRE_ALL"

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that was skipped; an expected failure (``xfail``) is no skip."""
    report = yield
    return report if hasattr(report, "wasxfail") else _failed_if_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that skipped itself while it was collected."""
    return _failed_if_skipped((yield))


def _failed_if_skipped(report: Report) -> Report:
    if report.skipped and os.environ.get(REQUIRE_ALL) == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_ALL}=1 allows no skips. {reason}"
    return report
