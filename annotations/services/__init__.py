"""Writes: one function for each use case. They flush and never commit; actor and now are arguments."""
