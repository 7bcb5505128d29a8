"""Readers that turn a file's bytes into title, blocks and a report of what was dropped or repaired."""
