"""What the stories have in common: an article, the desk at work on it, and a reader who keeps what they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.desk import Desk, Person
from tests.journeys.diary import Diary
from tests.problems import assert_problem

TEXT = """# A pill against migraine

The pill cures migraine in a week. Doctors say so.

In children the pill cures migraine too, and it costs little.

Ask your doctor first.
"""
ARTICLE, PUBLIC_ARTICLE = "/articles/a-pill", "/v1/articles/a-pill"


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


@dataclass
class Story:
    """A desk, its reader, and the annotations on the first and the second paragraph, by their addresses."""

    desk: Desk
    first: str
    second: str

    def __post_init__(self) -> None:
        self.diary = Diary(self.desk.public, self.desk.engine)

    def read(self, path: str) -> Any:
        """What readers see of ``path`` now; the diary keeps it."""
        return self.diary.read(f"/v1{path}")

    def read_all(self) -> None:
        """Turn to every page that the story is about."""
        for path in (ARTICLE, f"{ARTICLE}/paragraphs", "/claims", "/annotations", "/evidence", self.first, self.second):
            self.read(path)

    def reimport(self, site: Person, text: str, status: int = 201) -> dict[str, tuple[str, str]]:
        """The site's new text, as it was previewed: id of each annotation → its state, and what becomes of it."""
        seen = site.call("POST", f"{ARTICLE}/revisions/preview", {"text": text, "format": "markdown"})
        assert seen.status == 200, seen.body
        before = self.desk.writer.get(ARTICLE)
        assert before.etag == seen.etag
        done = site.call("POST", f"{ARTICLE}/revisions", {"text": text, "format": "markdown"}, etag=seen.etag)
        assert done.status == status, done.body
        assert [_outcome(one) for one in done.body["annotations"]] == [
            _outcome(one) for one in seen.body["annotations"]
        ]
        return dict(map(_outcome, done.body["annotations"]))

    def queue(self, kind: str) -> dict[str, dict[str, Any]]:
        """One part of the queue, by id."""
        page = self.desk.writer.get(f"/queue?kind={kind}").body
        assert page["next"] is None
        return {item["id"]: item for item in page["items"]}

    def refused_to_author(self, path: str, step: str, body: Any = None) -> None:
        """The writer tries a step that takes somebody else."""
        answered = self.desk.writer.call("POST", f"{path}/{step}", body, etag=self.desk.writer.get(path).etag)
        assert_problem(answered.response, 403, "four_eyes_required")

    def review(self, path: str, **approval: Any) -> None:
        """Submitted by the writer, who tries to approve it, and approved by their colleague."""
        self.desk.writer.do("POST", f"{path}/submit", on=path)
        self.refused_to_author(path, "approve", {})
        self.desk.approver.do("POST", f"{path}/approve", approval, on=path)

    def steps(self, path: str) -> list[tuple[str, str]]:
        """Who did what, from the first step to the last."""
        page = self.desk.writer.get(f"{path}/history?limit=100").body
        assert page["next"] is None
        return [(step["actor"]["name"], step["action"]) for step in page["items"]]

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """The publication log from there on."""
        rows, path = [], f"/log?limit=100&after={after}"
        while path:
            page = self.desk.admin.get(path).body
            rows += page["items"]
            path = (page["next"] or "").partition("/editorial")[2]
        return rows

    def ends(self, *, moments: int) -> None:
        """Whatever was read is still told of its moment, of which there were so many; log and histories are sound."""
        assert self.diary.check() == moments
        result = self.desk.app.test_cli_runner().invoke(args=["log", "verify"])
        assert result.exit_code == 0, result.output
        assert result.output.startswith("Sound: ")


def begin(desk: Desk) -> Story:
    """A public article, checked in full, with an annotation on its first paragraph and one on its second."""
    desk.source("a-trial")
    desk.claim("pill-cures", "a-trial")
    desk.article("a-pill", TEXT)
    places = ({"ordinal": 1}, {"prefix": "In children the pill "})
    passages = [{"quote": "cures migraine", **place} for place in places]
    notes = [desk.note("a-pill", "", "pill-cures", passage=passage, note=None) for passage in passages]
    checked = {"status": "complete", "checked_at": "2026-01-05"}
    desk.approver.do("PUT", f"{ARTICLE}/fact-check", checked, on=ARTICLE)
    return Story(desk, *notes)


def _outcome(carried: dict[str, Any]) -> tuple[str, tuple[str, str]]:
    return carried["id"], (carried["state"], carried["becomes"])
