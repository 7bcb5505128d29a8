"""Servers that are killed: the product's own, and a PostgreSQL with nothing switched off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from benchmarks.recording import ask
from benchmarks.servers import start, stop
from tests.applications import BASE_URL, SECRET_KEY
from tests.backups import PROGRAMS

READY_SECONDS = 30.0
POLL_SECONDS = 0.02


class Web:
    """The product as ``make run`` serves it, on the database at ``url``; what it writes goes to ``log``."""

    def __init__(self, url: str, log: Path) -> None:
        self.log = log
        self.port = 0
        self._environ = {
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET_KEY,
            "PUBLIC_BASE_URL": BASE_URL,
            "LOG_LEVEL": "WARNING",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, workers: int = 1) -> None:
        """Start it on another port, and wait until it can serve."""
        self._process, self.port = start("wsgi:app", self._environ, self.log, probe="/health/ready", workers=workers)
        assert ask(self.port, "/health/ready").status == 200

    def kill(self) -> None:
        """SIGKILL to the whole group: nobody gets to finish anything."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.wait() == -signal.SIGKILL
        self._process = None

    def stop(self) -> None:
        """Stop it in peace, if it runs."""
        if self._process is not None:
            stop(self._process)
            self._process = None


@contextmanager
def web_server(url: str, log: Path) -> Generator[Web]:
    """One that is not started yet, and gone afterwards."""
    server = Web(url, log)
    try:
        yield server
    finally:
        server.stop()


class Postgres:
    """A PostgreSQL of the test's own, as it is installed: ``fsync`` and all on."""

    def __init__(self, directory: Path, user: str | None) -> None:
        self.url = f"postgresql+psycopg://postgres@/postgres?host={directory}"
        self._directory, self._user = directory, user
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [PROGRAMS / "initdb", "--auth=trust", "--encoding=utf8", "--no-locale", "-U", "postgres", "-D", self._data],
            user=user,
            check=True,
            capture_output=True,
        )

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    def start(self) -> None:
        """Start it on its Unix socket, and wait until it takes connections."""
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self._data, "-h", "", "-k", self._directory],
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                psycopg.connect(host=str(self._directory), user="postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise AssertionError((self._directory / "log").read_text(encoding="utf-8")) from None
                time.sleep(POLL_SECONDS)
            else:
                return

    def kill(self) -> None:
        """SIGKILL to it and to each of its children, which have groups of their own."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        assert self._process.wait() == -signal.SIGKILL
        _, alive = psutil.wait_procs(children, timeout=READY_SECONDS)
        assert not alive
        self._process = None

    def stop(self) -> None:
        """End it, if it runs; its data is of no use any longer."""
        if self._process is not None:
            self.kill()


@contextmanager
def postgres_to_kill() -> Generator[Postgres]:
    """One that is not started yet, and gone with its data afterwards.

    It refuses to run as root, so then it runs as the user that the tests' own server was given.
    """
    user = "pgserver" if os.geteuid() == 0 else None
    # A socket's path may have 107 bytes, which pytest's own directories exceed.
    directory = Path(tempfile.mkdtemp(prefix="caveat-kill-", dir="/tmp"))
    server = None
    try:
        if user is not None:
            shutil.chown(directory, user)
        server = Postgres(directory, user)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)
