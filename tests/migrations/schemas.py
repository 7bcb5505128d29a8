"""Whole databases as values: everything that the schema holds, and every row."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from alembic.config import Config
from sqlalchemy import Engine, MetaData, select, text

from annotations.store.migrate import ROOT, alembic_config

Rows = dict[str, list[tuple[Any, ...]]]

CATALOGUE = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"],
    "postgresql": [
        "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default, generation_expression"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ],
}


def schema_of(engine: Engine) -> set[tuple[Any, ...]]:
    """Every table, column, index, constraint, trigger and function, as the database itself describes it."""
    with engine.connect() as connection:
        return {tuple(row) for query in CATALOGUE[engine.dialect.name] for row in connection.execute(text(query)).all()}


def rows_of(engine: Engine) -> Rows:
    """Every row of every table that there is, Alembic's own included, columns in the order of their names."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(select(*sorted(table.c, key=lambda one: one.name)))), key=repr
            )
            for name, table in found.tables.items()
            if not name.startswith("search_index")
        }


def config_with(engine: Engine, folder: Path, **bodies: str) -> Config:
    """Alembic's configuration with further revisions, one on top of the other; each body is that of ``upgrade``."""
    folder.mkdir(parents=True, exist_ok=True)
    below = "0005"
    for number, (name, body) in enumerate(bodies.items(), start=6):
        above = f"{number:04}"
        (folder / f"{above}_{name}.py").write_text(
            f'"""{name}"""\nimport sqlalchemy as sa\nfrom alembic import op\n'
            f"revision = {above!r}\ndown_revision = {below!r}\nbranch_labels = depends_on = None\n"
            f"def upgrade():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        )
        below = above
    config = alembic_config(engine)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{ROOT / 'migrations' / 'versions'}\n{folder}")
    return config
