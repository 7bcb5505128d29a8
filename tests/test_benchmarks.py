"""The benchmark runs, measures what it says, and starts its servers as ``make run`` does. No figure is judged here."""

from __future__ import annotations

import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.cases import CASES
from benchmarks.load import Order, UnexpectedAnswer, check_head, percentile, request_bytes, run
from benchmarks.recording import Answer, read_recordings, record, write_recordings
from benchmarks.servers import FLAGS

ROOT = Path(__file__).resolve().parents[1]
ORDER = Order(port=1, path="/a", status=200, body_bytes=5, seconds=0.05, connections=2)


class Greeter(socketserver.StreamRequestHandler):
    """Answers each request on a connection with the same five bytes, the head in two pieces."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            for line in self.rfile:
                if line == b"\r\n":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-")
                    self.wfile.write(b"Length: 5\r\n\r\nhel")
                    self.wfile.write(b"lo")


@pytest.fixture
def greeter() -> Generator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_it_runs_prints_every_case_and_saves_only_when_asked(sqlite_databases, tmp_path):
    url = sqlite_databases.copy(sqlite_databases.with_samples())
    saved = ROOT / "benchmarks" / "results" / "latest.json"
    before = saved.read_bytes() if saved.exists() else None
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--rounds", "1", "--seconds", "0.05", "--database-url", url),
            *("--quick", "--anchoring-cases", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for case in CASES:
        assert re.search(rf"^{re.escape(case.title)} +[\d,]+ +[\d,]+ ", done.stdout, re.MULTILINE), done.stdout
    assert (saved.read_bytes() if saved.exists() else None) == before


def test_the_servers_are_started_as_make_run_starts_them():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    command = re.search(r"-m granian wsgi:app (.*?)&", makefile)
    assert command
    options = re.sub(r"--(host|port) \S+", "", command[1])
    assert options.replace('"$${WORKERS:-1}"', "1").split() == list(FLAGS)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--rounds", "0"], "nothing to measure"),
        (["--seconds", "0"], "no time"),
        (["--seconds", "nan"], "no number"),
        (["--seconds", "3600"], "unbounded"),
        (["--connections", "1000"], "more than the servers are measured for"),
        (["--only", "nothing"], "no such case"),
    ],
)
def test_what_cannot_be_measured_is_refused(options, reason, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2, reason
    assert options[0] in capsys.readouterr().err


def test_the_load_counts_whole_answers_only(greeter):
    result = run(replace(ORDER, port=greeter))
    assert result.requests >= 2
    assert 0 < result.p50_ms <= result.p99_ms
    assert result.seconds >= 0.05
    assert result.per_second == result.requests / result.seconds
    assert result.ceiling_per_second > result.per_second / 2


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (replace(ORDER, status=304), "another status"),
        (replace(ORDER, body_bytes=6), "a longer one"),
        (replace(ORDER, body_bytes=4), "a shorter one"),
        (replace(ORDER, body_bytes=0), "a body where none is due"),
    ],
)
def test_the_load_stops_at_an_answer_that_was_not_ordered(greeter, order, reason):
    with pytest.raises(UnexpectedAnswer):
        run(replace(order, port=greeter))


@pytest.mark.parametrize("connections", [0, 65])
def test_the_load_is_bounded(connections):
    with pytest.raises(ValueError, match="connections"):
        run(replace(ORDER, connections=connections))


def test_a_304_has_neither_body_nor_length():
    check_head(b'HTTP/1.1 304 Not Modified\r\nETag: W/"a"', replace(ORDER, status=304, body_bytes=0))


def test_a_request_carries_the_headers_of_its_case():
    sent = request_bytes(replace(ORDER, port=80, headers={"If-None-Match": 'W/"a"'}))
    assert sent.startswith(b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:80\r\n")
    assert b'\r\nIf-None-Match: W/"a"\r\n' in sent
    assert sent.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("values", "percent", "expected", "reason"),
    [
        ([1.0], 99, 1.0, "one value is every percentile"),
        ([1.0, 2.0, 3.0, 4.0], 50, 2.0, "half of them do not exceed it"),
        ([float(number) for number in range(1, 101)], 99, 99.0, "one in a hundred may be slower"),
        ([float(number) for number in range(1, 1001)], 99, 990.0, "ten in a thousand may be slower"),
    ],
)
def test_percentiles(values, percent, expected, reason):
    assert percentile(values, percent) == expected, reason


def test_no_percentile_of_nothing():
    with pytest.raises(UnexpectedAnswer):
        percentile([], 99)


def test_a_recording_keeps_the_answer_but_for_what_the_server_adds(tmp_path):
    answer = Answer(200, (("ETag", 'W/"a"'), ("Date", "today"), ("Content-Length", "3")), b"\x00\xff\n")
    path = tmp_path / "recordings.json"
    write_recordings(path, [record("one", answer)])
    (read,) = read_recordings(path)
    assert (read.status, read.headers, read.body) == (200, (("ETag", 'W/"a"'),), b"\x00\xff\n")
    assert read.bare_path == "/one"
