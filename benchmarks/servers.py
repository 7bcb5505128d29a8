"""Servers to measure or to kill: granian as ``make run`` starts it, each in a process group of its own, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.recording import ask

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    *("--interface", "wsgi"),
    "--no-ws",
    *("--workers", "1"),
    *("--blocking-threads", "32"),
    "--respawn-failed-workers",
    *("--workers-kill-timeout", "10"),
)
"""Those of ``make run``; a test compares them."""

START_SECONDS, STOP_SECONDS = 30.0, 15.0
POLL_SECONDS = 0.05


class ServerFailed(Exception):
    """A server did not start; the message ends with what it wrote."""


@contextmanager
def serving(application: str, environ: Mapping[str, str], log: Path, *, probe: str) -> Generator[int]:
    """Serve ``application`` on a free port of 127.0.0.1, which is yielded once ``probe`` is answered; then stop.

    ``environ`` adds to the process's own; what the server writes goes to ``log``, as a file costs little and no less
    than what a supervisor keeps.

    Raises:
        ServerFailed: it ended, or did not answer in time.
    """
    process, port = start(application, environ, log, probe=probe)
    try:
        yield port
    finally:
        stop(process)


def start(
    application: str, environ: Mapping[str, str], log: Path, *, probe: str, workers: int = 1
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server as :func:`serving` does; the caller stops it. Gives its main process and its port.

    Raises:
        ServerFailed: it ended, or did not answer in time; nothing of it is left.
    """
    port = _free_port()
    flags = list(FLAGS)
    flags[flags.index("--workers") + 1] = str(workers)
    command = [sys.executable, "-m", "granian", application, *flags, "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environ, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_answering(process, port, probe, log)
    except BaseException:
        stop(process)
        raise
    return process, port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, probe: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(port, probe)
        except OSError:
            time.sleep(POLL_SECONDS)
        else:
            return
    raise ServerFailed(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server, whatever is left of it."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        # The group, because workers outlive a main process that was killed.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
