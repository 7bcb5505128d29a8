"""``flask log verify`` and ``flask log audit-pack``: what is sound, what is not, and an archive that proves itself."""

from __future__ import annotations

import hashlib
import json
import stat
from datetime import UTC, date, datetime
from uuid import UUID
from zipfile import ZipFile

import pytest
import rfc8785
from sqlalchemy import insert, select, text

from annotations.errors import NotFound
from annotations.queries.audit import audit_pack
from annotations.queries.log import list_log
from annotations.services.redacting import redact_version
from annotations.store.accounts import Interest, User
from annotations.store.claims import Claim
from annotations.store.engine import read_session
from annotations.store.notes import Annotation
from annotations.syndication.audit_archive import Cover, render_archive
from annotations.vocabulary import EntityType
from api.commands.log import log
from tests.applications import app_for
from tests.databases import engine_for
from tests.services.newsroom import START, Newsroom
from tests.services.redactable import MARK, of_claim

FILES = {
    *("README.txt", "annotations.json", "articles.json", "claims.json", "corrections.json", "evidence.json"),
    *("history.json", "interests.json", "log.json", "manifest.json", "people.json", "redactions.json", "report.md"),
}


def run(url, *words, code=0):
    """What the command prints; it must end with ``code`` and without a stack trace."""
    with app_for(url) as app:
        result = app.test_cli_runner().invoke(log, list(map(str, words)))
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output


def spoil(url):
    """Change a word of the log behind the guards' back."""
    with engine_for(url) as engine, engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER publication_log_no_update"))
        else:
            connection.execute(text("ALTER TABLE publication_log DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE publication_log SET summary = 'forged' WHERE seq IN (2, 5)"))


def digest(content):
    """By the pack's own instructions, not by the project's code."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


@pytest.fixture
def told(engine):
    """A newsroom in which a claim was corrected and its first version redacted, by people with interests."""
    room = Newsroom(engine)
    story = of_claim(room)
    with room.work() as session:
        ann = room.actor("ann").id
        session.execute(insert(User).values(id=ann, email="ann@desk.example", created_at=START))
        interest = {"user_id": ann, "organisation": "Pills Ltd", "nature": "shares", "since": date(2026, 1, 1)}
        # One that was declared, one that had ended, and one that nobody knew of yet.
        days = [(date(2027, 1, 1), START), (date(2026, 2, 1), START), (None, datetime(2027, 1, 1, tzinfo=UTC))]
        for number, (until, declared_at) in enumerate(days):
            given = {**interest, "id": UUID(int=number), "until": until, "declared_at": declared_at}
            session.execute(insert(Interest).values(given))
    room.do(redact_version, Claim, story.entity, 1, reason="A court asked for it.", by="dan")
    return room, story


def contents(file):
    with ZipFile(file) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        return {name: archive.read(name) for name in names}


def first_claim(session):
    return session.scalars(select(Claim.slug).order_by(Claim.slug)).first()


def records(files, name):
    return json.loads(files[f"{name}.json"])


def test_a_sound_database_says_so_and_where_its_log_ends(samples_url):
    said = run(samples_url, "verify")
    assert said.startswith("Sound: 140 log rows, 174 stamps, 420 steps, 144 versions")
    head = said.splitlines()[-1].rpartition(" ")[2]
    assert head.startswith("140:")
    assert run(samples_url, "verify", "--expect", head) == said


def test_a_head_that_is_not_there_is_named(samples_url):
    said = run(samples_url, "verify", "--expect", f"141:{'a' * 64}", code=1)
    assert "publication_log, seq 141: expected, and missing" in said
    said = run(samples_url, "verify", "--expect", f"12:{'a' * 64}", code=1)
    assert "publication_log, seq 12: its hash is" in said


@pytest.mark.parametrize("head", ["12", "x:y", f"1:{'A' * 64}", f"-1:{'a' * 64}"])
def test_a_head_of_another_form_is_refused(samples_url, head):
    assert "64 hexadecimal digits" in run(samples_url, "verify", "--expect", head, code=2)


def test_the_first_bad_row_is_named_and_all_on_request(fresh_samples_url):
    spoil(fresh_samples_url)
    first = run(fresh_samples_url, "verify", code=1).splitlines()
    assert first == [
        "publication_log, seq 2: its content does not give its hash",
        "1 more; --all names them",
        "Error: the database is not what was written",
    ]
    every = run(fresh_samples_url, "verify", "--all", code=1).splitlines()
    assert every[:2] == [first[0], "publication_log, seq 5: its content does not give its hash"]
    assert len(every) == 3


def test_a_database_without_schema_is_told_in_plain_words(empty_url):
    assert "the database says" in run(empty_url, "verify", code=1)


@pytest.mark.parametrize(
    ("option", "name"),
    [("--claim", "cures"), ("--article", "about-a-pill"), ("--evidence", "a-trial"), ("--annotation", None)],
)
def test_a_pack_holds_what_belongs_to_its_subject(told, database_url, tmp_path, option, name):
    room, _ = told
    with room.look() as session:
        name = name or str(session.scalar(select(Annotation.id)))
    file = tmp_path / "pack.zip"
    said = run(database_url, "audit-pack", option, name, file)
    assert said.startswith(f"Audit pack of the {option[2:]} {name} written to {file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    files = contents(file)
    assert set(files) == FILES
    manifest = json.loads(files.pop("manifest.json"))
    assert (manifest["about"]["kind"], manifest["about"]["name"]) == (option[2:], name)
    assert manifest["sha256"] == {part: hashlib.sha256(data).hexdigest() for part, data in files.items()}
    assert manifest["log_head"]["hash"] == room.log()[-1].hash
    assert [claim["slug"] for claim in records(files, "claims")] == ["cures"]
    assert [source["key"] for source in records(files, "evidence")] == ["a-trial"]
    assert [article["slug"] for article in records(files, "articles")] == ["about-a-pill"]
    assert len(records(files, "annotations")) == 1
    (revision,) = records(files, "articles")[0]["revisions"]
    assert ("blocks" in revision["content"]) == (option == "--article")
    assert {row["event"] for row in records(files, "log")} >= {"claim.published", "claim.redacted", "article.published"}


def test_a_pack_proves_itself(told, database_url, tmp_path):
    """Every hash can be worked out again by what README.txt says, but for what was redacted."""
    file = tmp_path / "pack.zip"
    run(database_url, "audit-pack", "--article", "about-a-pill", file)
    files = contents(file)
    for name in ("history", "log"):
        for record in records(files, name):
            if "[redacted]" not in str(record):
                assert digest({key: value for key, value in record.items() if key != "hash"}) == record["hash"]
    last: dict[str, str] = {}
    for step in records(files, "history"):
        assert step["prev_hash"] == last.get(step["entity_id"], "0" * 64)
        last[step["entity_id"]] = step["hash"]
    for claim in records(files, "claims"):
        for version in claim["versions"]:
            proven = digest({**version["content"], "slug": claim["slug"]}) == version["content_hash"]
            assert proven is not version["redacted"]
    for source in records(files, "evidence"):
        for version in source["versions"]:
            assert digest({**version["content"], "key": source["key"]}) == version["content_hash"]
    for article in records(files, "articles"):
        for version in article["metadata"]:
            assert digest(version["content"]) == version["content_hash"]
        for version in article["revisions"]:
            pairs = [[block["kind"], block["text"]] for block in version["content"]["blocks"]]
            assert digest(pairs) == version["content_hash"]
    for annotation in records(files, "annotations"):
        for version in annotation["versions"]:
            content = version["content"]
            own = {name: content[name] for name in ("claim_id", "severity", "note", "quote", "categories")}
            first = content["anchors"][0]
            place = {"paragraph": first["paragraph_id"], "start": first["start_offset"], "end": first["end_offset"]}
            assert digest(own | place) == version["content_hash"]


def test_a_pack_names_people_their_decisions_and_their_interests(told, database_url, tmp_path):
    file = tmp_path / "pack.zip"
    run(database_url, "audit-pack", "--claim", "cures", file)
    files = contents(file)
    assert {(one["name"], one["role"]) for one in records(files, "people")} >= {("ann", "editor"), ("dan", "admin")}
    (interest,) = records(files, "interests")
    assert (interest["organisation"], interest["until"]) == ("Pills Ltd", "2027-01-01")
    assert {"create", "save", "submit"} <= {act["action"] for act in interest["meanwhile"]}
    assert [one["reason"] for one in records(files, "redactions")] == ["A court asked for it."]
    assert records(files, "corrections")
    report = files["report.md"].decode()
    told_of = (
        "# Audit of the claim cures",
        "ann (editor)",
        "Pills Ltd",
        "A court asked for it.",
        "overstated",
        "approve",
    )
    assert [words for words in told_of if words not in report] == []
    assert "(blanked for legal reasons)" in report
    assert MARK not in b"".join(files.values()).decode()


def test_what_people_wrote_stays_in_its_cell(told, database_url, tmp_path):
    room, _ = told
    room.claim("a-trap", text="A | b # c <script> [x](y)")
    file = tmp_path / "pack.zip"
    run(database_url, "audit-pack", "--claim", "a-trap", file)
    (line,) = [line for line in contents(file)["report.md"].decode().splitlines() if "script" in line]
    assert "A \\| b \\# c \\<script\\> \\[x\\](y)" in line


def test_the_same_pack_makes_the_same_bytes(samples_engine):
    with read_session(samples_engine) as session:
        slug = first_claim(session)
        packs = [audit_pack(session, EntityType.CLAIM, slug) for _ in range(2)]
    made = [
        render_archive(Cover("claim", str(pack.entity_id), pack.name, START, pack.head_seq, pack.head_hash), pack.parts)
        for pack in packs
    ]
    assert made[0] == made[1]


def test_a_file_that_is_there_is_kept_unless_told(samples_url, samples_engine, tmp_path):
    file = tmp_path / "pack.zip"
    file.write_text("mine")
    with read_session(samples_engine) as session:
        slug = first_claim(session)
    assert "--force" in run(samples_url, "audit-pack", "--claim", slug, file, code=1)
    assert file.read_text() == "mine"
    run(samples_url, "audit-pack", "--claim", slug, "--force", file)
    assert set(contents(file)) == FILES


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ((), "name one of --claim", 2),
        (("--claim", "a", "--article", "b"), "name one of --claim", 2),
        (("--claim", "no-such-claim"), "there is no claim no-such-claim", 1),
        (("--annotation", "no-id"), "there is no annotation no-id", 1),
        (("--evidence", "none"), "there is no evidence none", 1),
    ],
)
def test_what_cannot_be_packed_is_told_and_writes_nothing(samples_url, tmp_path, words, said, code):
    assert said in run(samples_url, "audit-pack", *words, tmp_path / "pack.zip", code=code)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(samples_url, samples_engine, tmp_path):
    with read_session(samples_engine) as session:
        slug = first_claim(session)
    assert "nothing was written" in run(
        samples_url, "audit-pack", "--claim", slug, tmp_path / "none" / "pack.zip", code=1
    )


def test_the_log_is_read_by_pages_with_names(samples_engine):
    seen, after = [], 0
    with read_session(samples_engine) as session:
        while True:
            page = list_log(session, after_seq=after, limit=50)
            seen += page.items
            if page.next_key is None:
                break
            (after,) = page.next_key
        assert list_log(session, after_seq=140, limit=1).items == ()
    assert [entry.seq for entry in seen] == list(range(1, 141))
    assert {entry.actor_name for entry in seen} == {"sample-reviewer"}
    assert isinstance(seen[0].affected_keys, tuple)
    assert seen[-1].prev_hash == seen[-2].hash


def test_an_unknown_subject_is_not_found(samples_engine):
    with read_session(samples_engine) as session, pytest.raises(NotFound):
        audit_pack(session, EntityType.ARTICLE, "none")
