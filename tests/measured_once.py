"""Coverage is measured once: what runs on both databases on SQLite only, and what is ``slow`` not at all.

To trace a test takes half as long again. Slow ones run what quicker ones have run already, many times over. Tests that
ask for PostgreSQL by name, and all that has no ``backend``, are measured as ever.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Do not trace a test, nor its fixtures, that is slow or runs for the second time."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = plugin.cov_controller if plugin else None
    callspec = getattr(item, "callspec", None)
    again = callspec is not None and callspec.params.get("backend") == "postgresql"
    if controller is None or not (again or item.get_closest_marker("slow")):
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()
