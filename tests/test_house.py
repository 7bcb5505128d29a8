"""The house around the code: locks, Makefile, settings' documentation, and what must not be left lying about."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from annotations.settings import DEFAULTS

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
TARGETS = ("run", "test", "bench", "lint", "lock", "help")

PINNED = re.compile(r"[a-z0-9][a-z0-9.-]*(\[[a-z0-9,-]+\])?==[^ ;]+( ; [^\\]+)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?")
SETTING = re.compile(r"\| `(?P<name>[A-Z][A-Z0-9_]*)` \| (?P<default>[^|]*?) \|")

LEFTOVERS = {
    "unfinished work": re.compile("|".join(rf"\b{word}\b" for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"))),
    "a path of one machine": re.compile(r"(?<![\w.:/~-])/(root|work|home/\w+|Users/\w+)/\w"),
}


def tracked_files() -> list[Path]:
    # The clone may belong to another user than the one who runs the tests, as in containers.
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def faults_of_lock(text: str) -> list[str]:
    """Lines that are neither a pinned requirement nor its hash, and requirements without a hash."""
    lines = text.splitlines()
    faults = [line for line in lines if not PINNED.fullmatch(line) and not HASH.fullmatch(line)]
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    return faults + [line for line, following in pairs if PINNED.fullmatch(line) and not HASH.fullmatch(following)]


def settings_table(readme: str) -> dict[str, str]:
    """Name and default of every row of the table under ``## Settings``; a default is in backticks, or empty."""
    section = re.search(r"^## Settings\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section, "README.md has no section 'Settings'"
    rows = SETTING.finditer(section[1])
    return {row["name"]: row["default"].strip().strip("`") for row in rows}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_only(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("==") > 10
    assert faults_of_lock(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a==1 \\\n", "a requirement without a hash"),
        ("a==1\n", "one that pip would take as it comes"),
        ("a>=1 \\\n    --hash=sha256:" + "0" * 64 + "\n", "a range is no pin"),
        ("--index-url https://packages.example/simple\n", "a registry of one network"),
        ("a @ https://packages.example/a.whl \\\n    --hash=sha256:" + "0" * 64 + "\n", "a file of one network"),
        ("a==1 \\\n    --hash=md5:" + "0" * 32 + "\n", "a weak hash"),
    ],
)
def test_a_faulty_lock_is_told(text, reason):
    assert faults_of_lock(text), reason


def test_the_lock_for_running_is_part_of_the_lock_for_developing():
    run, dev = (
        {line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "==" in line} for name in LOCKS
    )
    assert run <= dev


def test_every_target_has_its_line_of_help():
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert sorted(re.findall(r"^  make (\S+) +\S", shown, re.MULTILINE)) == sorted(TARGETS)


def test_every_phony_target_is_one_of_the_documented():
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) - {"FORCE"} == set(TARGETS)


def test_the_readme_lists_every_setting_with_its_default():
    assert settings_table((ROOT / "README.md").read_text(encoding="utf-8")) == DEFAULTS


def test_nothing_is_left_lying_about():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {what}: {hit[0]}"
            for what, form in LEFTOVERS.items()
            for hit in form.finditer(text)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text", "found"),
    [
        ("unfinished work", "# TO" + "DO: later", True),
        ("unfinished work", "a method", False),
        ("a path of one machine", "see /home/" + "ann/notes", True),
        ("a path of one machine", "'/wor" + "k/main'", True),
        ("a path of one machine", "https://example.org/home/ann/notes", False),
        ("a path of one machine", "sqlite:////var/lib/caveat.db", False),
    ],
)
def test_leftovers_are_told_from_the_rest(what, text, found):
    assert bool(LEFTOVERS[what].search(text)) is found
