"""Segments: a text cut at the borders of its annotations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.anchoring.segments import cut
from tests.search.timing import assert_linear


@pytest.mark.parametrize(
    ("text", "spans", "expected", "why"),
    [
        ("abc", [], [("abc", ())], "nothing to cut"),
        ("", [], [], "no empty run"),
        ("abc", [(1, 0, 3)], [("abc", (1,))], "all of it"),
        ("abc", [(1, 1, 2)], [("a", ()), ("b", (1,)), ("c", ())], "the middle"),
        ("abc", [(1, 0, 2), (2, 1, 3)], [("a", (1,)), ("b", (1, 2)), ("c", (2,))], "an overlap"),
        ("abc", [(2, 0, 2), (1, 0, 2)], [("ab", (2, 1)), ("c", ())], "ids in the order given"),
        ("abc", [(1, 0, 1), (2, 1, 2)], [("a", (1,)), ("b", (2,)), ("c", ())], "neighbours"),
        ("abc", [(1, 1, 1)], [("abc", ())], "an empty span covers nothing"),
        ("abc", [(1, -5, 99)], [("abc", (1,))], "past the ends"),
        ("abc", [(1, 5, 9)], [("abc", ())], "out of the text"),
        ("a𠀀b", [(1, 1, 2)], [("a", ()), ("𠀀", (1,)), ("b", ())], "code points"),
    ],
)
def test_a_cut(text, spans, expected, why):
    assert cut(text, spans) == expected, why


@given(
    st.text("ab𠀀\u0301é ", max_size=40),
    st.lists(st.tuples(st.uuids(), st.integers(-2, 44), st.integers(-2, 44)), max_size=12),
)
def test_runs_join_to_the_text_and_carry_the_spans_that_cover_them(text, spans):
    runs = cut(text, spans)
    assert "".join(run for run, _ in runs) == text
    position = 0
    for run, ids in runs:
        assert run
        start, position = position, position + len(run)
        for offset in range(start, position):
            assert ids == tuple(span_id for span_id, first, last in spans if first <= offset < last)


def test_many_spans_one_after_the_other_take_linear_time():
    def work(count: int) -> None:
        runs = cut("x" * count * 10, [(number, number * 10, number * 10 + 5) for number in range(count)])
        assert len(runs) == 2 * count

    assert_linear(work, 1_000)
