"""Reads the imports and calls of a source tree and says where they break the project's layout.

Nothing is imported or run: :func:`check_tree` parses the files, so that a module that breaks a rule cannot hide it.
The rules are those of the layout in ``CONTRIBUTING.md``; their exceptions stand in tables, each with its reason.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MAX_LINES = 300
SUBJECTS = ("anchoring", "overclaim", "evidence", "review", "syndication", "importing", "search", "permissions")
WORDS = ("vocabulary", "errors", "settings")
SOURCES = ("annotations", "api", "seeds", "migrations", "benchmarks", "wsgi")

MAY_IMPORT: dict[str, frozenset[str]] = {
    "words": frozenset({"words"}),
    "subject": frozenset({"words"}),
    "store": frozenset({"words", "subject", "store"}),
    "services": frozenset({"words", "subject", "store", "services"}),
    "queries": frozenset({"words", "subject", "store", "queries"}),
    "delivery": frozenset({"words", "subject", "store", "services", "queries", "delivery"}),
    "seeds": frozenset({"words", "subject", "store", "services", "queries", "seeds"}),
    "api": frozenset({"words", "subject", "store", "services", "queries", "delivery", "seeds", "api"}),
    "wsgi": frozenset({"words", "api"}),
    # A migration is frozen when it ships, so it leans on nothing that goes on changing.
    "migrations": frozenset({"words", "store"}),
    "benchmarks": frozenset({"words", "subject", "store", "services", "queries", "seeds", "api", "wsgi", "benchmarks"}),
}
"""Layer → the layers that its modules may import; a subject may also import itself, never another subject."""

OWNED_LIBRARIES: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "flask-only-in-api": (
        ("flask", "werkzeug", "flask_smorest", "flask_compress", "flask_swagger_ui", "webargs", "marshmallow"),
        frozenset({"api", "benchmarks"}),
    ),
    "no-database-in-subjects": (
        ("sqlalchemy", "alembic", "psycopg", "sqlite3"),
        frozenset(MAY_IMPORT) - {"words", "subject"},
    ),
    "network-only-in-delivery": (
        ("urllib3", "urllib.request", "http.client", "socket", "ssl", "requests", "httpx", "aiohttp", "smtplib"),
        frozenset({"delivery", "benchmarks"}),
    ),
}
"""Rule → (libraries, layers that may import them)."""

TRANSACTION_CALLS = ("commit", "begin", "rollback")
SQL_CALLS = ("execute", "exec_driver_sql", "executescript", "text")
TRANSACTION_SQL = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\b", re.IGNORECASE)
TRANSACTIONS_ALLOWED: dict[str, str] = {
    "api/database.py": "the request's session opens and closes here",
    "api/cli.py": "a command is an edge of its own",
    "seeds/loader.py": "the samples are loaded whole or not at all",
    "annotations/delivery/worker.py": "the worker commits each delivery that it made",
    "annotations/store/engine.py": "SQLite's driver begins no transaction by itself, so a listener sends BEGIN",
    "migrations/env.py": "a migration is one transaction, whoever asked for it",
}
ENVIRONMENT_ALLOWED: dict[str, str] = {"annotations/settings.py": "settings are read once, here"}
CLOCK_READS = (
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("sqlalchemy.func.now", "sqlalchemy.func.current_timestamp", "sqlalchemy.func.localtimestamp"),
)
ENVIRONMENT_READS = ("os.environ", "os.getenv", "os.environb")
IMPORT_CALLS = ("importlib.import_module", "__import__")
NAMELESS_MODULES = ("utils", "util", "helpers", "misc")


@dataclass(frozen=True, order=True)
class Violation:
    """A place that breaks a rule; ``path`` is relative to the tree, ``line`` counts from 1."""

    rule: str
    path: str
    line: int
    detail: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.detail} [{self.rule}]"


@dataclass(frozen=True)
class Module:
    """One parsed source file of the tree."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @cached_property
    def name(self) -> str:
        """Dotted name, that of the package for an ``__init__.py``."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def layer(self) -> str | None:
        return layer_of(self.name)

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """Everything imported, as (dotted name, line); ``from a import b`` gives ``a.b``."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                found += [(f"{base}.{alias.name}", node.lineno) for alias in node.names]
        return found

    @cached_property
    def bindings(self) -> dict[str, str]:
        """What each imported name stands for, so that an alias hides nothing."""
        bound = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                bound |= {alias.asname: alias.name for alias in node.names if alias.asname}
            elif isinstance(node, ast.ImportFrom):
                bound |= {alias.asname or alias.name: f"{self._absolute(node)}.{alias.name}" for alias in node.names}
        return bound

    def meaning(self, node: ast.expr) -> str:
        """``a.b.c`` with its first name replaced by what it was imported as; what is no name stands empty."""
        if isinstance(node, ast.Attribute):
            return f"{self.meaning(node.value)}.{node.attr}"
        return self.bindings.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    def violation(self, rule: str, line: int, detail: str) -> Violation:
        return Violation(rule, self.path, line, detail)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        depth = node.level - 1 if self.path.endswith("__init__.py") else node.level
        return ".".join([*parts[: len(parts) - depth], *([node.module] if node.module else [])])


def layer_of(name: str) -> str | None:
    """The layer of a dotted name; None for what is no part of the project or stands where no layer is."""
    top, _, rest = name.partition(".")
    if top != "annotations":
        return top if top in MAY_IMPORT else None
    area = rest.partition(".")[0]
    if area in SUBJECTS:
        return "subject"
    if area in WORDS or not area:
        return "words"
    return area if area in {"store", "services", "queries", "delivery"} else None


def read_tree(root: Path) -> list[Module]:
    """Every Python file of the project's own under ``root``, tests and migration scripts aside."""
    modules = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if parts[0].removesuffix(".py") in SOURCES and parts[:2] != ("migrations", "versions"):
            modules.append(Module("/".join(parts), path.read_text(encoding="utf-8")))
    return modules


def check_tree(root: Path) -> list[Violation]:
    """Everything under ``root`` that breaks a rule, in order of rule and path."""
    modules = read_tree(root)
    found = [violation for module in modules for rule in RULES for violation in rule(module)]
    return sorted([*found, *repeated_error_codes(modules)])


def wrong_direction(module: Module) -> Iterator[Violation]:
    if module.layer is None:
        yield module.violation("direction", 1, f"{module.name} stands in no layer of the layout")
        return
    for target, line in module.imports:
        layer = layer_of(target)
        if target.partition(".")[0] not in SOURCES:
            continue
        if layer == module.layer == "subject" and target.split(".")[1] == module.name.split(".")[1]:
            continue
        if layer not in MAY_IMPORT[module.layer]:
            yield module.violation("direction", line, f"{module.layer} imports {layer or 'what is no layer'}: {target}")


def foreign_libraries(module: Module) -> Iterator[Violation]:
    for rule, (libraries, layers) in OWNED_LIBRARIES.items():
        if module.layer in layers:
            continue
        for target, line in module.imports:
            if any(target == library or target.startswith(f"{library}.") for library in libraries):
                yield module.violation(rule, line, f"imports {target}")


def imports_inside_functions(module: Module) -> Iterator[Violation]:
    rule = "import-inside-function"
    lines = {
        inner.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    yield from (module.violation(rule, line, "imports inside a function") for line in sorted(lines))
    for call in module.calls:
        if module.meaning(call.func) in IMPORT_CALLS:
            yield module.violation(rule, call.lineno, "imports by a call")


def transactions(module: Module) -> Iterator[Violation]:
    if module.path in TRANSACTIONS_ALLOWED or module.layer == "benchmarks":
        return
    for call in module.calls:
        method = module.meaning(call.func).rpartition(".")[2]
        if isinstance(call.func, ast.Attribute) and method in TRANSACTION_CALLS:
            yield module.violation("transactions", call.lineno, f"calls .{method}()")
        texts = [node.value for part in call.args for node in ast.walk(part) if isinstance(node, ast.Constant)]
        if method in SQL_CALLS and any(isinstance(value, str) and TRANSACTION_SQL.match(value) for value in texts):
            yield module.violation("transactions", call.lineno, "begins or ends a transaction in SQL")


def clock_reads(module: Module) -> Iterator[Violation]:
    if module.name.startswith("annotations"):
        yield from _mentions(module, "clock", CLOCK_READS, "reads a clock")


def environment_reads(module: Module) -> Iterator[Violation]:
    if module.name.startswith("annotations") and module.path not in ENVIRONMENT_ALLOWED:
        yield from _mentions(module, "environment", ENVIRONMENT_READS, "reads the environment")


def long_files(module: Module) -> Iterator[Violation]:
    lines = len(module.source.splitlines())
    if lines > MAX_LINES:
        yield module.violation("file-length", MAX_LINES + 1, f"has {lines} lines; {MAX_LINES} is the most")


def nameless_modules(module: Module) -> Iterator[Violation]:
    for part in module.name.split("."):
        if part in NAMELESS_MODULES:
            yield module.violation("nameless-module", 1, f"'{part}' says nothing of what is in it")


def repeated_error_codes(modules: list[Module]) -> list[Violation]:
    """Domain errors without a code of their own, or with one that another has."""
    classes = [
        (module, node)
        for module in modules
        if module.name.startswith("annotations")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    errors = {"DomainError"}
    for _ in classes:
        # Each pass finds the children of what the one before found, in whatever order the files come.
        errors |= {node.name for _, node in classes if errors & {_base_name(base) for base in node.bases}}
    owners: dict[str, str] = defaultdict(str)
    found = []
    for module, node in classes:
        if node.name not in errors:
            continue
        code = _code_of(node)
        if code is None:
            found.append(module.violation("error-code", node.lineno, f"{node.name} has no code of its own"))
        else:
            if owners[code]:
                found.append(
                    module.violation("error-code", node.lineno, f"{node.name} repeats '{code}' of {owners[code]}")
                )
            owners[code] = owners[code] or node.name
    return found


def _base_name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""


def _code_of(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name("code")], value=ast.Constant(str(code))):
                return code
            case ast.AnnAssign(target=ast.Name("code"), value=ast.Constant(str(code))):
                return code
    return None


def _mentions(module: Module, rule: str, names: tuple[str, ...], what: str) -> Iterator[Violation]:
    read = {(module.meaning(node), node.lineno) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    for name, line in sorted(read | set(module.imports)):
        if name in names:
            yield module.violation(rule, line, f"{what}: {name}")


RULES: tuple[Callable[[Module], Iterator[Violation]], ...] = (
    *(wrong_direction, foreign_libraries, imports_inside_functions, transactions),
    *(clock_reads, environment_reads, long_files, nameless_modules),
)
