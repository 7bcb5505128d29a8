"""Times as parameters: RFC 3339 with a zone, and nothing that the calendar does not hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from marshmallow import ValidationError

from api.parameters import Moment
from tests.problems import assert_problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected", "why"),
    [
        ("2026-11-22T12:00:00Z", NOON, "the plain form"),
        ("2026-11-22t12:00:00z", NOON, "RFC 3339 allows small letters"),
        ("2026-11-22T14:00:00+02:00", NOON, "another zone"),
        ("2026-11-22T12:00:00.5Z", NOON + timedelta(milliseconds=500), "a fraction"),
        ("2026-11-22T12:00:00.123456789Z", NOON + timedelta(microseconds=123456), "finer than is kept"),
    ],
)
def test_a_time_with_a_zone_is_taken(value, expected, why):
    found = Moment().deserialize(value)
    assert (found, found.tzinfo) == (expected, UTC), why


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2026-11-22", "a day"),
        ("2026-11-22T12:00:00", "no zone"),
        ("2026-11-22 12:00:00Z", "no T"),
        ("2026-11-22T12:00:00 02:00", "a plus sign that was not escaped"),
        ("20261122T120000Z", "ISO 8601, but not RFC 3339"),
        ("2026-W47-7T12:00:00Z", "a week"),
        ("2026-02-30T12:00:00Z", "no such day"),
        ("2026-11-22T24:00:01Z", "no such hour"),
        ("0001-01-01T00:00:00+01:00", "before the calendar, in UTC"),
        ("9999-12-31T23:59:59-01:00", "after the calendar, in UTC"),
        ("٢٠٢٦-11-22T12:00:00Z", "other digits"),
        ("2026-11-22T12:00:00Z\n", "a line more"),
        ("", "nothing"),
    ],
)
def test_anything_else_is_refused(value, why):
    with pytest.raises(ValidationError, match="must be a time with its zone"):
        Moment().deserialize(value)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "2026-11-22"])
def test_the_list_names_the_parameter(samples_client, value):
    assert_problem(
        samples_client.get(f"/v1/articles?updated_since={value}"), 422, "invalid_parameters", field="updated_since"
    )


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_are_times(samples_client, value):
    assert samples_client.get(f"/v1/articles?updated_since={value}").status_code == 200
