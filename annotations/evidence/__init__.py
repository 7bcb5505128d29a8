"""Sources: their identifiers."""
