"""One ``Idempotency-Key`` from several threads at the same moment: one effect, and one answer for all."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from annotations.store.engine import read_session
from annotations.store.notes import Annotation
from tests.editorial.changes import ALL, NEW
from tests.editorial.test_idempotency import is_replay, told
from tests.editorial.together import at_once

pytestmark = pytest.mark.slow

AT_ONCE, ROUNDS = 8, 4


def under_keys(change, keys, **options):
    """Send it with each of the keys at the same moment."""
    return at_once(*((change, {"key": key, **options}) for key in keys))


@pytest.mark.parametrize("name", ["POST /annotations", "POST /claims", "POST /claims/<slug:slug>/approve"])
def test_of_calls_under_one_key_at_once_one_is_carried_out(situations, name):
    for number in range(ROUNDS):
        change = ALL[name](situations)
        etag = change.tag()
        answers = under_keys(change, [f"{name} {number}"] * AT_ONCE, etag=etag)
        statuses = {answered.status for answered in answers}
        assert statuses <= {200, 201, 503}, [answered.body for answered in answers]
        good = [answered for answered in answers if answered.status != 503]
        assert len({repr(told(answered)) for answered in good}) == 1
        assert [is_replay(answered) for answered in good].count(False) == 1
        change = change.send(key=f"{name} {number}", etag=etag)
        assert (told(change), is_replay(change)) == (told(good[0]), True)


def test_under_one_key_at_once_nothing_is_made_twice(situations):
    def count():
        with read_session(situations.desk.engine) as session:
            return session.scalar(select(func.count()).select_from(Annotation))

    change, before = NEW["POST /annotations"](situations), count()
    under_keys(change, ["one"] * AT_ONCE)
    assert count() == before + 1
    # Keys that differ are calls that differ.
    answers = under_keys(change, [f"key {number}" for number in range(AT_ONCE)])
    assert [answered.status for answered in answers] == [201] * AT_ONCE
    assert count() == before + 1 + AT_ONCE


def test_of_two_calls_that_differ_under_one_key_at_once_one_is_refused(situations):
    for number in range(ROUNDS):
        change = NEW["POST /annotations"](situations)
        answers = at_once(*((change, {"key": f"two {number}", "other": other}) for other in (False, True)))
        assert sorted(answered.status for answered in answers) == [201, 422]
