"""The loader: everything word for word under its fixed id, once; or nothing at all."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from annotations.errors import DomainError, InvalidInput, NotPublishable, QuoteMismatch, SlugTaken
from annotations.store.actors import ActorRow
from annotations.store.articles import Article, ArticleVersion, Block
from annotations.store.claims import Claim, ClaimVersion, EvidenceLink
from annotations.store.engine import read_session
from annotations.store.evidence import Evidence, EvidenceVersion
from annotations.store.log import Correction, LogRow
from annotations.store.migrate import ROOT
from annotations.store.notes import Anchor, Annotation, AnnotationCategory, AnnotationVersion
from annotations.store.publication_log import chain_is_whole
from annotations.store.review import Transition
from annotations.store.versions import is_public
from seeds.corpus import Corpus
from seeds.loader import SAMPLE_AUTHOR, SAMPLE_REVIEWER, LoadReport, load_samples
from tests.databases import engine_for
from tests.seeds.small import ANNOTATIONS, small_corpus
from tests.services.newsroom import dump

CORPUS = Corpus()


@pytest.fixture
def samples(samples_engine):
    with read_session(samples_engine) as session:
        yield session


def test_how_many_there_are(samples):
    found = {
        table.__tablename__: samples.scalar(select(func.count()).select_from(table))
        for table in (Article, Annotation, Claim, Evidence, AnnotationVersion, ClaimVersion, EvidenceVersion)
    }
    assert found == {
        "articles": 2,
        "annotations": 55,
        "claims": 43,
        "evidence": 40,
        "annotation_versions": 55,
        "claim_versions": 43,
        "evidence_versions": 40,
    }
    assert all(row.visibility == "public" for row in samples.scalars(select(Article)))
    for table in (Annotation, Claim, Evidence):
        assert set(samples.scalars(select(table.state))) == {"published"}


def test_the_articles_are_checked_in_full_on_the_day(samples):
    statement = select(ArticleVersion).where(is_public(ArticleVersion))
    versions = {version.article_id: version for version in samples.scalars(statement)}
    for row in CORPUS.articles:
        version = versions[UUID(row["id"])]
        assert (version.fact_check_status, version.checked_at.isoformat()) == ("complete", "2026-11-22")
        assert (version.language, version.origin_status) == (row["language"], row["origin_status"])
        assert samples.get_one(Article, UUID(row["id"])).slug == row["slug"]
        ids = CORPUS.paragraph_ids(row)
        blocks = samples.scalars(select(Block).where(Block.paragraph_id.in_(ids.values())))
        assert {block.ordinal: block.paragraph_id for block in blocks} == ids


def test_the_claims_are_word_for_word(samples):
    keys = {row.id: row.key for row in samples.scalars(select(Evidence))}
    for row in CORPUS.claims:
        version = samples.scalars(select(ClaimVersion).where(ClaimVersion.claim_id == UUID(row["id"]))).one()
        assert samples.get_one(Claim, UUID(row["id"])).slug == row["slug"]
        for name in ("text", "verdict", "certainty", "summary"):
            assert getattr(version, name) == row[name]
        links = select(EvidenceLink).where(EvidenceLink.claim_version_id == version.id)
        assert [
            {"evidence": keys[link.evidence_id], "stance": link.stance, "why": link.why}
            for link in samples.scalars(links.order_by(EvidenceLink.position))
        ] == row["evidence"]


def test_the_annotations_are_word_for_word_and_in_place(samples):
    slugs = {row.id: row.slug for row in samples.scalars(select(Claim))}
    for row in CORPUS.annotations:
        version = samples.scalars(
            select(AnnotationVersion).where(AnnotationVersion.annotation_id == UUID(row["id"]))
        ).one()
        assert (version.quote, version.note, version.severity) == (row["quote"], row["note"], row["severity"])
        assert slugs[version.claim_id] == row["claim"]
        categories = select(AnnotationCategory.category).where(AnnotationCategory.version_id == version.id)
        assert list(samples.scalars(categories.order_by(AnnotationCategory.position))) == row["categories"]
        anchor = samples.scalars(select(Anchor).where(Anchor.version_id == version.id)).one()
        assert (anchor.start_offset, anchor.end_offset, anchor.state) == (row["start"], row["end"], "exact")


def test_the_sources_are_word_for_word(samples):
    for row in CORPUS.evidence:
        version = samples.scalars(select(EvidenceVersion).where(EvidenceVersion.evidence_id == UUID(row["id"]))).one()
        assert samples.get_one(Evidence, UUID(row["id"])).key == row["key"]
        for name in ("title", "authors", "journal", "key_finding", "limitations", "population", "status"):
            assert getattr(version, name) == row[name]
        assert (version.participants, version.doi, version.year) == (row.get("n"), row.get("doi"), row.get("year"))


def test_two_system_actors_did_it_and_never_the_same_one_twice(samples):
    people = {row.id: row.role for row in samples.scalars(select(ActorRow))}
    assert people == {SAMPLE_AUTHOR: "system_author", SAMPLE_REVIEWER: "system_reviewer"}
    for step in samples.scalars(select(Transition)):
        by_reviewer = step.action in {"approve", "make_public", "fact_checked"}
        assert step.actor_id == (SAMPLE_REVIEWER if by_reviewer else SAMPLE_AUTHOR)
        assert step.four_eyes


def test_the_log_is_whole_and_corrects_nothing(samples):
    log = list(samples.scalars(select(LogRow).order_by(LogRow.seq)))
    assert chain_is_whole(log)
    assert samples.scalar(select(func.count()).select_from(Correction)) == 0
    published = {row.entity_id for row in log if row.event == "annotation.published"}
    assert published == {UUID(row["id"]) for row in CORPUS.annotations}


def test_loading_again_changes_nothing(fresh_samples_url):
    with engine_for(fresh_samples_url) as engine:
        before = dump(engine)
        for _ in range(2):
            assert load_samples(engine) == LoadReport()
        assert dump(engine) == before


def test_what_is_missing_is_added_and_the_rest_left_alone(engine, tmp_path):
    def without_the_last(rows):
        del rows["annotations"][-1]

    first = load_samples(engine, small_corpus(tmp_path / "first", without_the_last))
    assert (first.articles, first.annotations) == (1, len(ANNOTATIONS) - 1)
    assert [article.slug for article in first.public] == ["stem-cell-therapy-in-multiple-sclerosis"]
    second = load_samples(engine, small_corpus(tmp_path / "second"))
    assert (second.articles, second.annotations, second.claims, second.evidence) == (0, 1, 0, 0)
    with read_session(engine) as session:
        shown = session.scalars(select(AnnotationVersion).where(is_public(AnnotationVersion))).all()
    assert len(shown) == len(ANNOTATIONS)


def test_the_moment_is_the_callers(engine, tmp_path):
    moment = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    load_samples(engine, small_corpus(tmp_path / "corpus"), now=moment)
    with read_session(engine) as session:
        assert set(session.scalars(select(Claim.created_at))) == {moment}


def quote_of_another(rows):
    rows["annotations"][-1]["quote"] = "words that do not stand there"


def offsets_past_the_end(rows):
    rows["annotations"][-1].update(start=0, end=10**6)


def an_unknown_source(rows):
    rows["claims"][-1]["evidence"][-1]["evidence"] = "nobody-2026"


def an_unknown_claim(rows):
    rows["annotations"][-1]["claim"] = "no-such-claim"


def a_verdict_that_does_not_fit(rows):
    next(row for row in rows["claims"] if row["slug"] == "tolerance")["verdict"] = "supported"


def a_category_that_does_not_fit(rows):
    rows["annotations"][-1].update(categories=["cure_claim"], severity=2)


def a_slug_twice(rows):
    rows["claims"].append(rows["claims"][0] | {"id": "01a2008d-7400-7000-8000-00000000000f"})


def a_text_that_was_changed(rows):
    rows["articles"][0]["title_origin"] = "source"


def a_value_of_no_enumeration(rows):
    rows["evidence"][-1]["design"] = "hearsay"


SPOILT = [
    (quote_of_another, QuoteMismatch),
    (offsets_past_the_end, InvalidInput),
    (an_unknown_source, InvalidInput),
    (an_unknown_claim, InvalidInput),
    (a_verdict_that_does_not_fit, NotPublishable),
    (a_category_that_does_not_fit, NotPublishable),
    (a_slug_twice, SlugTaken),
    (a_text_that_was_changed, InvalidInput),
    (a_value_of_no_enumeration, ValueError),
]


@pytest.mark.parametrize(("spoil", "error"), SPOILT, ids=lambda item: getattr(item, "__name__", ""))
def test_one_broken_row_leaves_the_database_as_it_was(engine, database_url, tmp_path, backend, spoil, error):
    corpus = small_corpus(tmp_path / "corpus", spoil)
    before, file_before = dump(engine), _file(engine, database_url, backend)
    with pytest.raises(error):
        load_samples(engine, corpus)
    assert dump(engine) == before
    assert _file(engine, database_url, backend) == file_before


def _file(engine, url, backend):
    """The hash of the bytes of SQLite's file, once nobody is connected."""
    engine.dispose()
    if backend == "postgresql":
        return None
    with open(url.removeprefix("sqlite:///"), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_an_unreadable_file_leaves_the_database_as_it_was(engine, tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    (corpus.folder / "annotations.json").write_text("[", encoding="utf-8")
    before = dump(engine)
    with pytest.raises(json.JSONDecodeError):
        load_samples(engine, corpus)
    assert dump(engine) == before


STOP_HALFWAY = """
import sys
from pathlib import Path
from sqlalchemy import event
from annotations.store.engine import make_engine
from seeds.corpus import Corpus
from seeds.loader import load_samples
engine = make_engine(sys.argv[1])
def stop(connection, cursor, statement, *rest):
    if statement.startswith("INSERT INTO annotation_versions"):
        print("halfway", flush=True)
        sys.stdin.read()
event.listen(engine, "after_cursor_execute", stop)
load_samples(engine, Corpus(Path(sys.argv[2])))
"""


def test_a_load_that_is_killed_leaves_nothing_and_the_next_one_completes(engine, database_url, tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    before = dump(engine)
    engine.dispose()
    process = subprocess.Popen(
        [sys.executable, "-c", STOP_HALFWAY, database_url, str(corpus.folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "halfway\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert dump(engine) == before
    report = load_samples(engine, corpus)
    assert (report.articles, report.annotations) == (1, len(ANNOTATIONS))
    with read_session(engine) as session:
        assert chain_is_whole(session.scalars(select(LogRow).order_by(LogRow.seq)))


def test_two_that_load_at_once_load_once(engine, tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    with ThreadPoolExecutor(2) as threads:
        reports = list(threads.map(lambda _: load_samples(engine, corpus), range(2)))
    assert sorted(report.annotations for report in reports) == [0, len(ANNOTATIONS)]


def test_what_an_editor_made_of_a_slug_is_not_overwritten(engine, tmp_path):
    def under_another_id(rows):
        rows["articles"][0]["id"] = "01a2008d-7400-7000-8000-00000000000f"

    load_samples(engine, small_corpus(tmp_path / "editor", under_another_id))
    before = dump(engine)
    with pytest.raises(DomainError) as caught:
        load_samples(engine, small_corpus(tmp_path / "samples"))
    assert caught.value.code == "slug_taken"
    assert dump(engine) == before
