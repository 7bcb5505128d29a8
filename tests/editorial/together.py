"""Changes sent at the same moment, from a thread and a client for each."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tests.desk import Answered, Person
from tests.editorial.changes import Change


def at_once(*changes: tuple[Change, dict[str, Any]]) -> list[Answered]:
    """Send each with its options; the answers, in the order of the changes."""
    barrier = threading.Barrier(len(changes))

    def send(change: Change, options: dict[str, Any]) -> Answered:
        person = Person(change.by.client.application.test_client(), "")
        person.headers = change.by.headers
        change = replace(change, by=person)
        barrier.wait()
        return change.send(**options)

    with ThreadPoolExecutor(len(changes)) as threads:
        return list(threads.map(lambda one: send(*one), changes))
