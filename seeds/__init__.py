"""The sample corpus as data, and its loader."""
