"""Markdown, read as plain text until its own reader is in place."""

from __future__ import annotations

from annotations.importing.plain_text import read_plain_text as read_markdown

__all__ = ["read_markdown"]
