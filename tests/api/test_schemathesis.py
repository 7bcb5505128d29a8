"""Schemathesis over the whole OpenAPI document: no server error, no answer that is not as described, no warning.

It runs as its own process against a server on the loopback interface, as anybody would run it. Its report is the
judge, so that a run that tried nothing cannot pass.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.applications import app_for
from tests.openapi_document import closed, operations

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
TIME_LIMIT_SECONDS = 300


class _SilentHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the application logs its requests itself."""


@contextmanager
def served(app: Flask) -> Generator[str]:
    """The address of ``app`` on a free port of the loopback interface."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_SilentHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_schemathesis(app: Flask, document: dict[str, Any], folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """The report of a run of ``document`` against ``app``, and what was printed."""
    description, report = folder / "openapi.json", folder / "report.json"
    description.write_text(json.dumps(document), encoding="utf-8")
    with served(app) as address:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"]
        command += [str(description), "--url", address, "--no-color"]
        command += ["--report", "json", "--report-json-path", str(report), *options]
        finished = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_SECONDS,
        )
    printed = finished.stdout + finished.stderr
    assert report.exists(), printed
    return json.loads(report.read_text(encoding="utf-8")), printed


# What is refused is refused before any database is asked, and the filters are tried on both by other tests; so the long
# phase and the bad cases run once only.
PHASES = {"sqlite": ("examples", "coverage", "fuzzing", "stateful"), "postgresql": ("examples", "fuzzing", "stateful")}
MODES = {"sqlite": "all", "postgresql": "positive"}


def test_the_contract_holds(samples_app, backend, tmp_path):
    document = samples_app.test_client().get("/openapi.json").get_json()
    options = ("--phases", ",".join(PHASES[backend]), "--mode", MODES[backend])
    report, printed = run_schemathesis(samples_app, closed(document), tmp_path, *options)
    assert report["exit_code"] == 0, printed
    assert report["stop_reason"] == "completed"
    assert all(report["phases"][name]["status"] == "success" for name in PHASES[backend]), printed
    warned = {name: found for name, found in report["warnings"].items() if found}
    assert not warned, printed
    assert report["operations"]["tested"] == report["operations"]["total"] == len(list(operations(document)))
    for path, method, _, parameters in operations(document):
        if parameters:
            rates = report["valid_rates"][f"{method.upper()} {path}"]
            assert rates["examples"]["accepted"] > 0, (path, rates)


def test_broken_promises_are_told(sqlite_databases, tmp_path):
    url = sqlite_databases.copy(sqlite_databases.with_samples())
    with app_for(url) as app:
        document = closed(app.test_client().get("/openapi.json").get_json())
        schemas = document["components"]["schemas"]
        # A member that is not described, and a day that is said to be a time.
        schemas["Scale"]["properties"].pop("best")
        schemas["Scale"]["required"].remove("best")
        schemas["FactCheck"]["properties"]["checked_at"].update(type="string", format="date-time")
        broken = ("/v1/methodology", "/v1/paragraphs/{paragraph_id}")
        document["paths"] = {path: document["paths"][path] for path in broken}
        report, printed = run_schemathesis(app, document, tmp_path)
    sqlite_databases.drop(url)
    assert report["exit_code"] == 1, printed
    found = {operation for failure in report["failures"] for operation in failure["operations"]}
    assert found == {f"GET {path}" for path in broken}, printed
