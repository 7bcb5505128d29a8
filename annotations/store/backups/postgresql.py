"""Backups of PostgreSQL through its own tools: ``pg_dump`` out, ``pg_restore`` and ``psql`` in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from annotations.store.backups.archive import BackupError, State
from annotations.store.engine import read_session

LOCK_TIMEOUT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 5

_MAKE_ROOM = """
BEGIN;
SET LOCAL lock_timeout = '{seconds}s';
DO $caveat$
DECLARE kind text[]; doomed text; own constant oid := current_schema()::regnamespace;
BEGIN
  FOREACH kind SLICE 1 IN ARRAY
    ARRAY[['v', 'VIEW'], ['m', 'MATERIALIZED VIEW'], ['rp', 'TABLE'], ['S', 'SEQUENCE']] LOOP
    SELECT string_agg(oid::regclass::text, ', ') INTO doomed FROM pg_class WHERE relnamespace = own
      AND strpos(kind[1], relkind::text) > 0 AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e');
    IF doomed IS NOT NULL THEN EXECUTE format('DROP %s %s', kind[2], doomed); END IF;
  END LOOP;
  SELECT string_agg(oid::regprocedure::text, ', ') INTO doomed FROM pg_proc WHERE pronamespace = own
    AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e');
  IF doomed IS NOT NULL THEN EXECUTE 'DROP ROUTINE ' || doomed; END IF;
END $caveat$;
"""
_CHECK_AND_KEEP = """
DO $caveat$ BEGIN
  IF (SELECT COALESCE(max(seq), 0) FROM {log}) <> {seq}
    OR ({seq} > 0 AND NOT EXISTS (SELECT 1 FROM {log} WHERE seq = {seq} AND hash = {hash})) THEN
    RAISE EXCEPTION 'the restored log does not end where the backup says';
  END IF;
END $caveat$;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """PostgreSQL's programs, and the environment that they are started in.

    Attributes:
        pg_dump: its name, looked for in ``PATH``, or its path; ``pg_restore`` and ``psql`` stand beside it.
        environ: the environment; the database's address is added to it, and never to the arguments, which anybody
            on the machine can read.
    """

    pg_dump: str
    environ: Mapping[str, str]

    def find(self, name: str) -> str:
        """The path of one of the three programs.

        Raises:
            BackupError: it is not there.
        """
        found = shutil.which(self.pg_dump, path=self.environ.get("PATH", os.defpath))
        program = None if found is None else Path(found).with_name(name) if name != "pg_dump" else Path(found)
        if program is None or not os.access(program, os.X_OK):
            raise BackupError(
                f"no program {name}: install PostgreSQL's client programs, or set PG_DUMP to where pg_dump is"
            )
        return str(program)

    def environment(self, engine: Engine) -> dict[str, str]:
        """The environment for a program that connects to ``engine``'s database, password and all."""
        names = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
        _, values = engine.dialect.create_connect_args(engine.url)
        address = {names[key]: str(value) for key, value in values.items() if key in names}
        return {"PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS), **self.environ, **address}

    def database_argument(self, engine: Engine) -> str:
        """What of the address has no variable in the environment, less secrets: most often nothing."""
        options = {option.keyword.decode(): option for option in Conninfo.get_defaults()}
        _, values = engine.dialect.create_connect_args(engine.url)
        rest = {key: value for key, value in values.items() if key in options and not options[key].envvar}
        secret = [key for key in rest if options[key].dispchar == b"*"]
        if secret:
            raise BackupError(f"{secret[0]} in DATABASE_URL cannot be handed to pg_dump unseen: name a service instead")
        return "--dbname=" + make_conninfo(**rest)


@contextmanager
def snapshot(engine: Engine) -> Generator[tuple[Session, str, str]]:
    """A session, the name under which ``pg_dump`` sees the same state, and the schema that it looks at."""
    with read_session(engine) as session:
        # pg_dump and the walk along the log take as long as they take.
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        name, schema = session.execute(text("SELECT pg_export_snapshot(), current_schema()")).one()
        yield session, name, schema


def check_version(tools: Tools, session: Session) -> None:
    """See that ``pg_dump`` is not older than the server.

    Raises:
        BackupError: it is, or does not say.
    """
    said = _run([tools.find("pg_dump"), "--version"], tools.environ)
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    server = session.execute(text("SHOW server_version_num")).scalar_one()
    if number is None:
        raise BackupError(f"pg_dump does not say its version: {said.strip()}")
    if int(number[1]) < int(server) // 10_000:
        raise BackupError(
            f"pg_dump is of version {number[1]}, the server of {int(server) // 10_000}: install the server's client"
            " programs, or set PG_DUMP to a pg_dump that is not older"
        )


def copy_out(tools: Tools, engine: Engine, target: Path, *, name: str, schema: str) -> None:
    """Dump ``schema`` as the snapshot ``name`` shows it to the new file ``target``; writers need not wait.

    Raises:
        BackupError: ``pg_dump`` failed.
    """
    command = [tools.find("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password"]
    command += [f"--snapshot={name}", f"--schema={sql.Identifier(schema).as_string(None)}", f"--file={target}"]
    _run([*command, tools.database_argument(engine)], tools.environment(engine))


def check_copy(tools: Tools, payload: Path) -> None:
    """See that ``pg_restore`` can read all of ``payload``, its table of contents and its data.

    Raises:
        BackupError: it cannot.
    """
    _run([tools.find("pg_restore"), f"--file={os.devnull}", str(payload)], tools.environ)


def put_in_place(tools: Tools, engine: Engine, payload: Path, *, schema: str, state: State) -> None:
    """Put what ``payload`` holds in the place of everything in ``schema``, in one transaction.

    ``pg_restore`` writes the statements and ``psql`` runs them. The COMMIT is only sent when the last one was, and the
    log ends as ``state`` says, so that whichever program is killed or fails, the database stays as it was.

    Raises:
        BackupError: a program failed; the database is as it was.
    """
    log = sql.SQL("{}.publication_log").format(sql.Identifier(schema))
    check = sql.SQL(_CHECK_AND_KEEP).format(log=log, seq=sql.Literal(state.seq), hash=sql.Literal(state.hash))
    read = [tools.find("pg_restore"), "--file=-", "--no-owner", "--no-privileges", f"--schema={schema}", str(payload)]
    write = [tools.find("psql"), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"]
    write.append(tools.database_argument(engine))
    with (
        tempfile.TemporaryFile() as reader_said,
        tempfile.TemporaryFile() as writer_said,
        _started(read, tools.environ, stdout=subprocess.PIPE, stderr=reader_said) as reader,
        _started(
            write, tools.environment(engine), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=writer_said
        ) as writer,
    ):
        _feed(reader, writer, first=_MAKE_ROOM.format(seconds=LOCK_TIMEOUT_SECONDS), last=check.as_string(None))
        # Of the two, the one that failed by itself has something to say; the other only lost its partner.
        for program, said in ((writer, writer_said), (reader, reader_said)):
            if program.wait() != 0:
                raise BackupError(_complaint(program.args, program.returncode, _text(said)))


def _feed(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], *, first: str, last: str) -> None:
    if reader.stdout is None or writer.stdin is None:
        raise ValueError("both programs need a pipe")
    try:
        with writer.stdin as statements, reader.stdout as dumped:
            statements.write(first.encode())
            shutil.copyfileobj(dumped, statements)
            if reader.wait() == 0:
                statements.write(last.encode())
    except BrokenPipeError:
        # The writer stopped at an error, which its exit code and its words tell.
        writer.wait()


def _started(
    command: list[str],
    environ: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes],
    stderr: IO[bytes],
) -> subprocess.Popen[bytes]:
    # The program is one of the three that Tools finds, and its arguments are a list.
    return subprocess.Popen(command, env=environ, stdin=stdin, stdout=stdout, stderr=stderr)  # noqa: S603


def _run(command: list[str], environ: Mapping[str, str]) -> str:
    """What the program prints."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        with _started(command, environ, stdout=out, stderr=complaints) as program:
            program.wait()
        if program.returncode != 0:
            raise BackupError(_complaint(program.args, program.returncode, _text(complaints)))
        return _text(out)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _complaint(command: object, code: int, said: str) -> str:
    name = Path(command[0]).name if isinstance(command, list) else "a program"
    return f"{name} failed with code {code}: {' '.join(said.split()) or 'it said nothing'}"
