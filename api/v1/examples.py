"""The examples in the OpenAPI document: real answers about the samples, shortened.

``python -m tests.examples`` writes the file that they are read from, and a test compares it with the application's
answers. A new operation starts with an empty example there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")

EXAMPLES: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
"""Operation id → body of its 200."""

ARTICLE = "stem-cell-therapy-revolutionizing-ms-treatment"
ORDINAL = 9
PARAGRAPH = "01a2008d-7400-7b50-9632-c7d49eda7362"
ANNOTATION = "01a2008d-7400-7b0b-a4fe-795ed960bbb1"
CLAIM = "revolution"
SOURCE = "burt-2019-mist"
