"""The stocked database of the store's tests: here too nothing may be committed to it."""

from tests.store.conftest import stocked_engine

__all__ = ["stocked_engine"]
