"""Editors at work, each story at a desk of its own."""

from tests.editorial.conftest import desk

__all__ = ["desk"]
