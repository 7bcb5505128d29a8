"""The examples in the OpenAPI document: real answers about the samples, shortened; a test compares them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
"""Operation id → body of its 200."""

ARTICLE = "stem-cell-therapy-revolutionizing-ms-treatment"
PARAGRAPH = "01a2008d-7400-7b51-b5ac-5f5c2e8889ab"
ANNOTATION = "01a2008d-7400-7b0b-a4fe-795ed960bbb1"
CLAIM = "revolution"
SOURCE = "burt-2019-mist"
