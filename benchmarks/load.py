"""The load: a few keep-alive connections that each ask again as soon as they were answered.

It runs in a process of its own (``python -m benchmarks.load``, an order as JSON on standard input, a result as JSON on
standard output), so that its work does not share an interpreter with what it measures, and tells what that work cost.
The load is closed: a slower server is asked less often, so latencies are those of the given number of callers and not
of an open queue. Bounded in time and in number; loopback only.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
MAX_REQUESTS = 200_000
MAX_CONNECTIONS = 64
ANSWER_SECONDS = 10.0
CHUNK_BYTES = 1 << 18
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Order:
    """What to ask for, and for how long; ``status`` and ``body_bytes`` are what every answer must have."""

    port: int
    path: str
    status: int
    body_bytes: int
    seconds: float
    connections: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured: requests in wall seconds, latencies in milliseconds, the load's own CPU seconds."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    own_cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def ceiling_per_second(self) -> float:
        """What the load could send at most, with one core for itself."""
        return self.requests / self.own_cpu_seconds


class UnexpectedAnswer(Exception):
    """An answer was not the one ordered."""


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    missing: int | None = None


def run_apart(order: Order) -> Result:
    """Carry out ``order`` in another process.

    Raises:
        UnexpectedAnswer: it failed; the message is what it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        input=json.dumps({**asdict(order), "headers": dict(order.headers)}),
        capture_output=True,
        text=True,
        timeout=order.seconds + 2 * ANSWER_SECONDS,
        check=False,
    )
    if done.returncode:
        raise UnexpectedAnswer(done.stderr[-4000:])
    return Result(**json.loads(done.stdout))


def run(order: Order) -> Result:
    """Carry out ``order`` here.

    Raises:
        ValueError: it asks for no connection, or for too many.
        UnexpectedAnswer: an answer had another status or length, or did not come.
    """
    if not 1 <= order.connections <= MAX_CONNECTIONS:
        raise ValueError(f"connections must be from 1 to {MAX_CONNECTIONS}")
    request = request_bytes(order)
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        connections = [_open(order.port) for _ in range(order.connections)]
        try:
            started, cpu = time.perf_counter(), time.process_time()
            for connection in connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
                _send(connection, request)
            _drive(selector, order, request, started + order.seconds, latencies)
            seconds, own_cpu = time.perf_counter() - started, time.process_time() - cpu
        finally:
            for connection in connections:
                connection.socket.close()
    ordered = sorted(latencies)
    return Result(
        requests=len(ordered),
        seconds=seconds,
        p50_ms=percentile(ordered, 50) * 1000,
        p99_ms=percentile(ordered, 99) * 1000,
        own_cpu_seconds=own_cpu,
    )


def request_bytes(order: Order) -> bytes:
    """The request as it is sent, again and again."""
    headers = {"Host": f"{HOST}:{order.port}", "Accept": "application/json", **order.headers}
    lines = [f"GET {order.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def percentile(ordered: list[float], percent: int) -> float:
    """The smallest of ``ordered`` that at least ``percent`` per cent of them do not exceed (nearest rank).

    Raises:
        UnexpectedAnswer: there is none.
    """
    if not ordered:
        raise UnexpectedAnswer("no answer came in time")
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def _open(port: int) -> _Connection:
    connection = socket.create_connection((HOST, port), timeout=ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Connection(connection)


def _send(connection: _Connection, request: bytes) -> None:
    connection.received.clear()
    connection.missing = None
    connection.sent_at = time.perf_counter()
    connection.socket.sendall(request)


def _drive(
    selector: selectors.BaseSelector, order: Order, request: bytes, deadline: float, latencies: list[float]
) -> None:
    waiting = order.connections
    while waiting:
        ready = selector.select(ANSWER_SECONDS)
        if not ready:
            raise UnexpectedAnswer(f"no answer within {ANSWER_SECONDS:g} s")
        for key, _ in ready:
            connection: _Connection = key.data
            if not _receive(connection, order):
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            if now < deadline and len(latencies) < MAX_REQUESTS:
                _send(connection, request)
            else:
                waiting -= 1


def _receive(connection: _Connection, order: Order) -> bool:
    """Take what has come; whether the answer is whole."""
    data = connection.socket.recv(CHUNK_BYTES)
    if not data:
        raise UnexpectedAnswer("the server closed the connection")
    if connection.missing is not None:
        connection.missing -= len(data)
    else:
        connection.received += data
        head, separator, rest = bytes(connection.received).partition(b"\r\n\r\n")
        if not separator:
            return False
        check_head(head, order)
        connection.missing = order.body_bytes - len(rest)
    if connection.missing < 0:
        raise UnexpectedAnswer(f"{order.path}: more came than the answer")
    return connection.missing == 0


def check_head(head: bytes, order: Order) -> None:
    """Check the status line and the length in the head of an answer.

    Raises:
        UnexpectedAnswer: they are not those ordered.
    """
    status_line, _, fields = head.decode("latin-1").partition("\r\n")
    status = status_line.split(" ", 2)[1:2]
    if status != [str(order.status)]:
        raise UnexpectedAnswer(f"{order.path}: expected {order.status}, got {status_line!r}")
    lengths = [
        value.strip()
        for name, _, value in (line.partition(":") for line in fields.split("\r\n"))
        if name.lower() == "content-length"
    ]
    if lengths != ([] if order.body_bytes == 0 else [str(order.body_bytes)]):
        raise UnexpectedAnswer(f"{order.path}: expected {order.body_bytes} bytes, got {lengths}")


def main() -> None:
    """Read an order, write a result."""
    values: dict[str, Any] = json.load(sys.stdin)
    try:
        result = run(Order(**values))
    except (UnexpectedAnswer, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()
