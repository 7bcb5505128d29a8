"""Validators change exactly when something shown changed: with what shows it, and with nothing else."""

from __future__ import annotations

from collections.abc import Generator
from copy import copy
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from werkzeug.http import parse_date

from annotations.vocabulary import Category, EvidenceStatus, FactCheckStatus, Verdict
from tests.api.walking import Answer, ask, walk
from tests.applications import app_for
from tests.databases import Databases, engine_for
from tests.editors import Editors


class Site:
    """Two articles of three claims on four sources; ``change`` tells which addresses a change moved."""

    def __init__(self, engine: Engine) -> None:
        self.editors = Editors(engine)
        editors = self.editors
        self.sources = {name: editors.source(f"{name}-source") for name in ("first", "second", "shared", "unused")}
        shared, second = self.sources["shared"], self.sources["second"]
        self.claims = {
            "first": editors.claim("first-claim", [self.sources["first"], shared]),
            "second": editors.claim("second-claim", [second, shared]),
            "title": editors.claim("title-claim", [second]),
        }
        texts = ["Some words on the first claim.", "Some words on the second claim."]
        self.articles = {
            name: editors.article(f"{name}-article", texts, title=f"A title of the {name} article")
            for name in ("one", "other")
        }
        one, other = self.articles.values()
        self.notes = {
            "first": editors.annotation(one, 1, "first claim", self.claims["first"]),
            "second": editors.annotation(one, 2, "second claim", self.claims["second"]),
            "other": editors.annotation(other, 2, "second claim", self.claims["second"]),
        }
        self.url, self.answers = "", dict[str, Answer]()

    def look(self, url: str) -> dict[str, Answer]:
        """Every address under a name to tell it by, an hour after the last change."""
        with app_for(url) as app, time_machine.travel(self.editors.now + timedelta(hours=1)):
            found = walk(app.test_client())
            found["/v1/search?q=words"] = ask(app.test_client(), "/v1/search?q=words")
            return {self.named(path): answer for path, answer in found.items() if path != "/v1/methodology"}

    def named(self, path: str) -> str:
        """``path`` with names for ids."""
        for name, note in self.notes.items():
            path = path.replace(str(note.id), name)
        return path

    def change(self) -> tuple[set[str], set[str], set[str]]:
        """Addresses whose tag moved, those whose body did, and those that are new or gone; from now on these count."""
        before, after = self.answers, self.look(self.url)
        self.answers = after
        both = before.keys() & after.keys()
        moved = {path for path in both if before[path].header("ETag") != after[path].header("ETag")}
        dates = {path for path in both if before[path].header("Last-Modified") != after[path].header("Last-Modified")}
        assert moved == dates
        for path in moved:
            earlier, later = (parse_date(one[path].header("Last-Modified")) for one in (before, after))
            assert earlier < later, path
        bodies = {path for path in both if before[path].body != after[path].body}
        return moved, bodies, before.keys() ^ after.keys()


@pytest.fixture(scope="module")
def built(databases: Databases) -> Generator[Site]:
    """The site as it stands before any change, made once; its database is a template that nobody is connected to."""
    url = databases.copy(databases.migrated())
    with engine_for(url) as engine:
        site = Site(engine)
    site.url, site.answers = url, site.look(url)
    yield site
    databases.drop(url)


@pytest.fixture
def site(databases: Databases, built: Site) -> Generator[Site]:
    """A copy of the site, to be changed."""
    url = databases.copy(built.url)
    with engine_for(url) as engine:
        changed = copy(built)
        changed.url, changed.editors, changed.notes = url, Editors(engine), dict(built.notes)
        yield changed
    databases.drop(url)


def paragraph_addresses(site: Site, name: str, *ordinals: int) -> set[str]:
    paragraphs = site.answers[f"/v1/articles/{name}-article"].json["paragraphs"]
    return {f"/v1/paragraphs/{paragraph['id']}" for paragraph in paragraphs if paragraph["ordinal"] in ordinals}


def article_addresses(name: str) -> set[str]:
    """An article with the addresses that go by its slug, which share its validator."""
    path = f"/v1/articles/{name}-article"
    return {path, f"{path}/paragraphs", *(f"{path}/paragraphs/{ordinal}" for ordinal in range(3))}


COLLECTIONS = {"/v1/articles", "/v1/annotations", "/v1/claims", "/v1/search?q=words"}


def test_a_new_version_of_a_claim_moves_what_shows_it_and_nothing_else(site):
    changed = {"verdict": Verdict.UNSUPPORTED, "summary": "Another summary of these words."}
    site.editors.revise_claim(site.claims["first"], [site.sources["first"], site.sources["shared"]], **changed)
    moved, bodies, others = site.change()
    expected = {
        *COLLECTIONS,
        "/v1/evidence",
        "/v1/claims/first-claim",
        "/v1/annotations/first",
        "/v1/evidence/first-source",
        "/v1/evidence/shared-source",
        *article_addresses("one"),
        *paragraph_addresses(site, "one", 1),
    }
    assert moved == expected
    assert bodies <= moved
    assert others == set()
    assert {"/v1/claims/first-claim", "/v1/annotations/first", "/v1/evidence/shared-source", "/v1/articles"} <= bodies


def test_a_source_that_a_claim_drops_is_gone_and_one_that_it_takes_up_appears(site):
    sources = [site.sources["unused"], site.sources["shared"]]
    site.editors.revise_claim(site.claims["first"], sources, summary="Another summary of these words.")
    moved, bodies, others = site.change()
    assert others == {"/v1/evidence/first-source", "/v1/evidence/unused-source"}
    assert {"/v1/evidence", "/v1/evidence/shared-source", "/v1/claims/first-claim"} <= bodies <= moved
    assert "/v1/evidence/second-source" not in moved


def test_a_source_that_is_cited_again_is_there_again(site):
    claim, both = site.claims["first"], [site.sources["first"], site.sources["shared"]]
    before = site.answers["/v1/evidence/first-source"]
    site.editors.revise_claim(claim, both[1:])
    site.change()
    site.editors.revise_claim(claim, both)
    moved, _, others = site.change()
    assert others == {"/v1/evidence/first-source"}
    assert "/v1/evidence/shared-source" in moved
    again = site.answers["/v1/evidence/first-source"]
    assert again.header("ETag") != before.header("ETag")
    assert again.json["claims"] == before.json["claims"]


def test_a_retracted_source_moves_all_that_rests_on_it(site):
    site.editors.revise_source(site.sources["second"], status=EvidenceStatus.RETRACTED)
    moved, bodies, others = site.change()
    rests = {"/v1/evidence/second-source", "/v1/claims/second-claim", "/v1/claims/title-claim"}
    shows = {"/v1/annotations/second", "/v1/annotations/other", *paragraph_addresses(site, "one", 2)}
    assert rests | shows | {"/v1/articles/other-article/paragraphs/2"} <= bodies <= moved
    assert not {"/v1/claims/first-claim", "/v1/annotations/first", "/v1/evidence/first-source"} & bodies
    assert others == set()


def test_a_new_version_of_a_source_moves_what_cites_it(site):
    site.editors.revise_source(site.sources["first"], key_finding="Another finding.", title="Another title")
    moved, bodies, others = site.change()
    assert {"/v1/evidence/first-source", "/v1/claims/first-claim", "/v1/annotations/first"} <= bodies <= moved
    assert paragraph_addresses(site, "one", 1) <= bodies
    assert not {"/v1/claims/second-claim", "/v1/annotations/other", "/v1/evidence/second-source"} & moved
    assert not (article_addresses("other") | paragraph_addresses(site, "one", 0, 2)) & moved
    assert others == set()


def test_a_new_version_of_a_note_moves_its_paragraph_and_not_the_others(site):
    site.editors.revise_annotation(site.notes["second"], 2, "Some words", site.claims["second"], note="Another note.")
    moved, bodies, others = site.change()
    assert {"/v1/annotations/second", "/v1/claims/second-claim", *paragraph_addresses(site, "one", 2)} <= bodies
    assert not {"/v1/annotations/first", "/v1/annotations/other", "/v1/claims/first-claim", "/v1/evidence"} & moved
    assert not (article_addresses("other") | paragraph_addresses(site, "one", 0, 1)) & moved
    assert bodies <= moved
    assert others == set()


def test_what_is_said_of_a_title_moves_everything_that_prints_it(site):
    printed = {"/v1/annotations/first", "/v1/annotations/second", "/v1/claims/first-claim", "/v1/claims/second-claim"}
    printed |= {
        "/v1/articles",
        "/v1/annotations",
        *article_addresses("one"),
        *paragraph_addresses(site, "one", 0, 1, 2),
    }
    values = {"categories": (Category.SUPERLATIVE_HYPE,)}
    flag = site.editors.annotation(site.articles["one"], 0, "A title", site.claims["title"], **values)
    site.notes["title"] = flag
    for step in (lambda: None, lambda: site.editors.recheck(flag), lambda: site.editors.withdraw(flag, "A reason.")):
        step()
        moved, bodies, others = site.change()
        assert printed <= bodies <= moved
        assert not (article_addresses("other") | {"/v1/annotations/other"}) & moved
        assert others <= {"/v1/annotations/title"}


def test_a_fact_check_moves_everything_that_carries_the_status(site):
    site.editors.check(site.articles["other"], FactCheckStatus.COMPLETE)
    moved, bodies, _ = site.change()
    assert {"/v1/articles", "/v1/annotations", "/v1/annotations/other", *article_addresses("other")} <= bodies <= moved
    assert {"/v1/claims/second-claim", "/v1/search?q=words"} <= bodies
    assert not (article_addresses("one") | {"/v1/annotations/first", "/v1/annotations/second"}) & moved


def test_a_new_article_moves_the_lists_only(site):
    site.editors.article("third-article", ["More words."])
    moved, bodies, others = site.change()
    assert {"/v1/articles", "/v1/search?q=words"} <= bodies <= moved <= COLLECTIONS
    assert all("third-article" in path or path.startswith("/v1/paragraphs/") for path in others)


def test_a_change_of_nothing_shown_moves_nothing(site):
    editors = site.editors
    editors.revise_claim(site.claims["first"], [site.sources["first"]], review="rejected")
    editors.claim("draft-claim", [site.sources["unused"]], review="in_review")
    editors.article("hidden-article", ["Hidden words."], public=False)
    editors.ask_to_withdraw(site.notes["other"], "A reason.")
    assert site.change() == (set(), set(), set())
