"""What the documents list is what there is: events, states, tables, commands; and the README shows a real answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotations.review.events import Event
from annotations.review.workflow import TRANSITIONS
from annotations.store.tables import METADATA
from tests.applications import app_for
from tests.test_docs import commands_of

ROOT = Path(__file__).resolve().parents[1]
README, DATA_MODEL, OPERATING = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/data-model.md", "docs/operating.md")
)


def section(document: str, heading: str) -> str:
    """What stands under ``heading``, up to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", document, re.MULTILINE | re.DOTALL)
    assert found, f"no section '{heading}'"
    return found[1]


def rows(table: str) -> Iterator[list[str]]:
    """The cells of each row of a table, its head aside."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def names(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def first_difference(excerpt: list[str], whole: list[str]) -> list[str]:
    """The first run of lines in ``excerpt`` that ``whole`` does not have there; empty where all is as shown.

    A line ``...`` stands for any number of lines left out, and at the end of a line for the rest of it.
    """
    shown = "\n".join(excerpt)
    runs = [run.split() and run.strip("\n").split("\n") for run in re.split(r"^ *\.\.\.$", shown, flags=re.MULTILINE)]
    place = 0
    for number, run in enumerate(runs):
        end = len(whole) - len(run)
        starts = [start for start in range(place, end + 1) if number or start == place]
        if number == len(runs) - 1:
            starts = [start for start in starts if start == end]
        found = next((start for start in starts if same(run, whole[start : start + len(run)])), None)
        if found is None:
            return run
        place = found + len(run)
    return []


def same(run: list[str], lines: list[str]) -> bool:
    """Whether ``run`` shows ``lines``, whole or up to its dots."""
    return len(run) == len(lines) and all(
        line == shown or (shown != cut and line.startswith(cut))
        for shown, line in zip(run, lines, strict=True)
        for cut in [re.sub(r' \.\.\.",?$', "", shown)]
    )


def test_the_readme_shows_a_real_answer(sqlite_databases):
    command = re.search(r"curl -s http://127\.0\.0\.1:8000(\S+) \| python3 -m json\.tool", README)
    assert command
    excerpt = README[command.end() :].split("```")[2].strip().splitlines()
    with app_for(sqlite_databases.with_samples(), PUBLIC_BASE_URL="http://localhost:8000") as app:
        answer = app.test_client().get(command[1])
    assert answer.status_code == 200
    assert first_difference(excerpt, json.dumps(answer.get_json(), indent=4).splitlines()) == []


@pytest.mark.parametrize(
    ("excerpt", "difference", "reason"),
    [
        (["{", "a", "b", "}"], [], "the whole"),
        (["{", "...", "}"], [], "some left out, and told"),
        (["{", "...", "b", "..."], [], "the end left out, and told"),
        (["{", 'a: "one ...",', "b", "}"], ["{", 'a: "one ...",', "b", "}"], "a line that goes on otherwise"),
        (["{", "b", "}"], ["{", "b", "}"], "some left out, and not told"),
        (["{", "...", "x", "}"], ["x", "}"], "a line that the answer does not have"),
        (["{", "...", "b", "a", "}"], ["b", "a", "}"], "another order"),
        (["{", "a"], ["{", "a"], "the end left out, and not told"),
    ],
)
def test_an_excerpt_is_compared_line_by_line(excerpt, difference, reason):
    assert first_difference(excerpt, ["{", "a", "b", "}"]) == difference, reason


def test_a_line_may_be_shown_in_part():
    assert first_difference(['"text": "These ...",'], ['"text": "These trials",']) == []


def test_every_event_is_documented_with_its_definition():
    assert list(rows(section(DATA_MODEL, "Events"))) == [[f"`{event}`", event.definition] for event in Event]


def test_every_transition_is_documented():
    documented = {
        (state, action[0]): end[0]
        for states, action, end in (map(names, row) for row in rows(section(DATA_MODEL, "States")))
        for state in states
    }
    assert documented == {(state.value, action.value): end.value for (state, action), end in TRANSITIONS.items()}


def test_every_table_is_documented():
    assert sorted(name for row in rows(section(DATA_MODEL, "Entities")) for name in names(row[0])) == sorted(
        METADATA.tables
    )


def test_every_command_is_documented(sqlite_databases):
    with app_for(sqlite_databases.with_samples()) as app:
        commands = {name for command in app.cli.commands.values() for name in commands_of(command)}
    documented = {
        " ".join(word for word in names(row[0])[0].removeprefix("flask --app wsgi ").split() if word.islower())
        for row in rows(section(OPERATING, "Commands"))
    }
    assert documented == commands


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_tells_its_context_and_its_cost(path):
    text = path.read_text(encoding="utf-8")
    number = int(path.name[:4])
    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^\*\*(\w+)\.\*\* ", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/data-model.md", "docs/operating.md"]
)
def test_links_between_documents_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        found = (ROOT / name).parent / path
        headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE) if found.is_file() else []
        if not found.exists() or (anchor and anchor not in {heading.lower().replace(" ", "-") for heading in headings}):
            broken.append(target)
    assert broken == []
