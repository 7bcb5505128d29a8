"""What readers were told, noted as a story goes on and asked for again when it is over."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from annotations.store.engine import read_session
from annotations.store.log import LogRow
from tests.api.as_of_model import past
from tests.api.walking import Answer, ask


@dataclass(frozen=True)
class Page:
    """One answer, and the moment of the last change before it."""

    at: datetime
    path: str
    answer: Answer


@dataclass
class Diary:
    """A reader who keeps what they read."""

    client: FlaskClient
    engine: Engine
    pages: list[Page] = field(default_factory=list)

    def read(self, path: str, status: int = 200) -> Any:
        """What stands at ``path`` now; it is kept."""
        answer = ask(self.client, path)
        assert answer.status == status, (path, answer.body)
        with read_session(self.engine) as session:
            at = session.scalars(select(LogRow.at).order_by(LogRow.seq.desc()).limit(1)).one()
        self.pages.append(Page(at, path, answer))
        return json.loads(answer.body) if answer.body else None

    def check(self) -> int:
        """Ask for everything again as of its moment: it must be what was read. How many moments there were."""
        for page in self.pages:
            again = ask(self.client, past(page.path, page.at))
            assert (again.status, again.body) == (page.answer.status, page.answer.body), (page.path, page.at)
        return len({page.at for page in self.pages})
