"""What Schemathesis cannot read from the document: which texts of three parameters are good ones.

It takes any text that fits a parameter's schema for a good one, which the application must accept. A cursor is good
only where the list gave it out for the same filters, an identifier only where it is one that the world knows, and a
moment only where it has come; of all of them, no schema can tell. Bad cases keep whatever was made up for them. The
tests of the pages try real cursors.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode, HookContext

KNOWN_IDENTIFIER = "doi:10.1001/jama.2018.18743"


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Put good values in the place of made-up ones, in cases that are meant to be accepted."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    case.query.pop("cursor", None)
    if "identifier" in case.query:
        case.query["identifier"] = KNOWN_IDENTIFIER
    if "as_of" in case.query:
        case.query["as_of"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
