"""Coverage of what runs on both databases is measured once, on SQLite: to trace it twice costs minutes.

Tests that ask for PostgreSQL by name, and all that has no ``backend``, are measured as ever.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Do not trace a test, nor its fixtures, when it runs for the second time."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = plugin.cov_controller if plugin else None
    callspec = getattr(item, "callspec", None)
    if controller is None or callspec is None or callspec.params.get("backend") != "postgresql":
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()
