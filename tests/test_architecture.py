"""The layout's rules hold for the project, and each of them can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import ENVIRONMENT_ALLOWED, MAX_LINES, TRANSACTIONS_ALLOWED, check_tree, read_tree

ROOT = Path(__file__).resolve().parents[1]

BREAKS = {
    # rule: rows of (file, source, line of the violation, reason)
    "direction": [
        ("annotations/errors.py", "from annotations.store import tables\n", 1, "words know no store"),
        ("annotations/evidence/strength.py", "import annotations.store.tables\n", 1, "subjects know no store"),
        ("annotations/review/workflow.py", "from annotations.anchoring import text\n", 1, "nor one another"),
        ("annotations/review/workflow.py", "from annotations import permissions\n", 1, "nor by the package"),
        ("annotations/review/workflow.py", "from .. import anchoring\n", 1, "nor by a relative import"),
        ("annotations/permissions.py", "from .review import workflow\n", 1, "a module is a subject too"),
        ("annotations/store/log.py", "from annotations.services import publish\n", 1, "the store decides nothing"),
        ("annotations/store/log.py", "from annotations.queries import claims\n", 1, "nor does it look up"),
        ("annotations/services/cite.py", "from annotations.queries import claims\n", 1, "writes are not reads"),
        ("annotations/queries/claims.py", "from annotations.services import cite\n", 1, "reads never write"),
        ("annotations/services/cite.py", "from annotations.delivery import worker\n", 1, "the log tells delivery"),
        ("annotations/services/cite.py", "from seeds import loader\n", 1, "the domain knows no samples"),
        ("annotations/queries/claims.py", "import api.links\n", 1, "the domain knows no HTTP"),
        ("annotations/delivery/worker.py", "from seeds.loader import load_samples\n", 1, "siblings stay apart"),
        ("seeds/loader.py", "from annotations.delivery import worker\n", 1, "siblings stay apart"),
        ("seeds/loader.py", "import api\n", 1, "nothing but wsgi and benchmarks imports the edge"),
        ("api/app.py", "import wsgi\n", 1, "wsgi stands at the top"),
        ("wsgi.py", "from annotations.store import engine\n", 1, "wsgi only starts the edge"),
        ("migrations/env.py", "from annotations.services import publish\n", 1, "a migration is frozen"),
        ("annotations/errors.py", "if True:\n    import api\n", 2, "a condition is no excuse"),
        ("annotations/gossip/talk.py", "", 1, "a new area needs a layer"),
        ("api/app.py", "from annotations import gossip\n", 1, "nor can it be imported"),
        ("api/app.py", "from migrations import env\n", 1, "Alembic alone loads migrations"),
    ],
    "flask-only-in-api": [
        ("annotations/store/log.py", "from flask import g\n", 1, "the store outlives a request"),
        ("annotations/errors.py", "from werkzeug.exceptions import NotFound\n", 1, "errors know no HTTP"),
        ("seeds/loader.py", "import flask.cli\n", 1, "the command is in api/cli.py"),
        ("wsgi.py", "from flask import Flask\n", 1, "the application is made in api/"),
    ],
    "no-database-in-subjects": [
        ("annotations/anchoring/text.py", "from sqlalchemy import text\n", 1, "plain values only"),
        ("annotations/vocabulary.py", "import sqlalchemy.orm\n", 1, "plain values only"),
        ("annotations/permissions.py", "import sqlite3\n", 1, "whatever the driver"),
    ],
    "network-only-in-delivery": [
        ("annotations/services/cite.py", "import urllib3\n", 1, "a write waits for nobody"),
        ("annotations/importing/html.py", "from urllib import request\n", 1, "bytes come in"),
        ("api/health.py", "from http.client import HTTPConnection\n", 1, "answers, never asks"),
        ("api/health.py", "import socket\n", 1, "nor at a lower level"),
    ],
    "import-inside-function": [
        ("api/app.py", "def create():\n    import json\n", 2, "a cycle hides there"),
        ("api/app.py", "class A:\n    async def b(self):\n        from json import loads\n", 3, "methods too"),
        ("api/app.py", "from importlib import import_module as get\nget('json')\n", 2, "by a call"),
    ],
    "transactions": [
        ("annotations/services/cite.py", "def cite(session):\n    session.commit()\n", 2, "services flush"),
        ("annotations/queries/claims.py", "def read(e):\n    with e.begin():\n        pass\n", 2, "reads get one"),
        ("api/v1/claims.py", "def get(session):\n    session.rollback()\n", 2, "one place per edge"),
        ("annotations/store/log.py", "def f(c):\n    c.exec_driver_sql('begin immediate')\n", 2, "nor in SQL"),
        ("annotations/store/log.py", "from sqlalchemy import text\nX = text('COMMIT')\n", 2, "however sent"),
    ],
    "clock": [
        ("annotations/services/cite.py", "from datetime import datetime\nX = datetime.now\n", 2, "now is an argument"),
        ("annotations/services/cite.py", "import datetime as d\nX = d.datetime.utcnow()\n", 2, "an alias is no excuse"),
        ("annotations/queries/claims.py", "from datetime import date as day\nX = day.today()\n", 2, "nor this one"),
        ("annotations/store/log.py", "import time\nX = time.time()\n", 2, "whichever clock"),
        ("annotations/store/log.py", "from time import time\n", 1, "importing it is enough"),
        ("annotations/store/log.py", "from sqlalchemy import func\nX = func.now()\n", 2, "the database's is one too"),
    ],
    "environment": [
        ("annotations/services/cite.py", "import os\nX = os.environ['A']\n", 2, "settings are read once"),
        ("annotations/store/engine.py", "from os import getenv\n", 1, "however it is read"),
    ],
    "file-length": [
        ("api/app.py", "#\n" * (MAX_LINES + 1), MAX_LINES + 1, "longer files hide a second subject"),
    ],
    "nameless-module": [
        ("api/utils.py", "", 1, "a name says what is inside"),
        ("annotations/services/helpers/slugs.py", "", 1, "a package too"),
    ],
    "error-code": [
        ("annotations/errors.py", "class A(DomainError):\n    pass\n", 1, "callers tell errors by code"),
        ("annotations/errors.py", "class A(DomainError):\n  code = 'a'\nclass B(A):\n  code = 'a'\n", 3, "unique"),
        ("annotations/review/workflow.py", "class A(errors.DomainError):\n    pass\n", 1, "wherever it stands"),
    ],
}

HOLDS = {
    "wsgi.py": "from annotations.settings import read_settings; from api.app import create_app",
    "api/app.py": "from http import HTTPStatus; import flask, seeds; from annotations.delivery import worker",
    "api/database.py": "def close(session): session.commit()",
    "api/clock.py": "from datetime import UTC, datetime\ndef now(): return datetime.now(UTC)",
    "seeds/loader.py": "from annotations.services import cite\ndef load(session): session.begin()",
    "annotations/__init__.py": "",
    "annotations/errors.py": "class DomainError(Exception): code = 'a'\nclass Lost(DomainError): code = 'b'",
    "annotations/settings.py": "import os; X = os.environ",
    "annotations/anchoring/text.py": "from annotations.anchoring import offsets; from . import offsets",
    "annotations/anchoring/offsets.py": "from annotations import errors; from ..errors import Lost",
    "annotations/store/engine.py": "def begin(c): c.exec_driver_sql('BEGIN')",
    "annotations/store/log.py": "from annotations.anchoring import text as t; import sqlalchemy as s; s.text('SELECT')",
    "annotations/services/cite.py": "from annotations.store import log\ndef cite(s, now): s.flush(); s.begin_nested()",
    "annotations/delivery/worker.py": "import urllib3; from annotations.queries import claims",
    "annotations/queries/claims.py": "from annotations.store import log; from datetime import datetime; datetime.min",
    "migrations/env.py": "from annotations.store import engine\ndef f(connection): connection.begin()",
    "migrations/versions/0001_first.py": "#\n" * (MAX_LINES + 1) + "def upgrade(): import json",
    "benchmarks/__main__.py": "from flask import Flask; import http.client; from api.app import create_app",
    "tests/test_anything.py": "from flask import Flask; import wsgi",
}


def write_tree(root: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")


@pytest.mark.parametrize(
    ("rule", "path", "source", "line"),
    [
        pytest.param(rule, path, source, line, id=f"{rule}: {path}: {reason}")
        for rule, rows in BREAKS.items()
        for path, source, line, reason in rows
    ],
)
def test_each_rule_can_fail(tmp_path, rule, path, source, line):
    write_tree(tmp_path, {path: source})
    assert [(found.rule, found.path, found.line) for found in check_tree(tmp_path)] == [(rule, path, line)]


def test_a_tree_that_keeps_the_rules_passes(tmp_path):
    write_tree(tmp_path, HOLDS)
    assert check_tree(tmp_path) == []


def test_the_project_keeps_the_rules():
    assert len(read_tree(ROOT)) > 10
    violations = check_tree(ROOT)
    assert not violations, "\n".join(map(str, violations))


@pytest.mark.parametrize("path", sorted({*TRANSACTIONS_ALLOWED, *ENVIRONMENT_ALLOWED}))
def test_an_exception_is_needed(path):
    if not (ROOT / path).exists():
        assert path == "annotations/delivery/worker.py", f"{path} is excepted from a rule and does not exist"
