"""Under CAVEAT_REQUIRE_ALL=1 nothing is skipped silently."""

from __future__ import annotations

import pytest

from tests import strictness

SKIPS = {
    "by a call": "import pytest\ndef test_it():\n    pytest.skip('no server')\n",
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_it():\n    pass\n",
    "by a fixture": (
        "import pytest\n@pytest.fixture\ndef server():\n    pytest.skip('no server')\ndef test_it(server):\n    pass\n"
    ),
    "by its module": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
    "for want of a package": "import pytest\npytest.importorskip('no_such_package', reason='no server')\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it():\n    assert 1 == 2\n"


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(f"from {strictness.__name__} import pytest_make_collect_report, pytest_runtest_makereport\n")
    return pytester


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS)
def test_a_skip_is_a_failure_where_everything_must_run(run, monkeypatch, source):
    monkeypatch.setenv(strictness.REQUIRE_ALL, "1")
    run.makepyfile(source)
    result = run.runpytest()
    assert result.ret != pytest.ExitCode.OK
    assert "skipped" not in result.parseoutcomes()
    result.stdout.fnmatch_lines(["*CAVEAT_REQUIRE_ALL=1 allows no skips. *no server*"])


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS)
def test_a_skip_is_a_skip_elsewhere(run, monkeypatch, source):
    monkeypatch.delenv(strictness.REQUIRE_ALL, raising=False)
    run.makepyfile(source)
    assert run.runpytest().parseoutcomes() == {"skipped": 1}


def test_an_expected_failure_is_no_skip(run, monkeypatch):
    monkeypatch.setenv(strictness.REQUIRE_ALL, "1")
    run.makepyfile(EXPECTED_FAILURE)
    run.runpytest().assert_outcomes(xfailed=1)
