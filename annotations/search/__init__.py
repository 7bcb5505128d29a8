"""Text as it is searched: terms, queries, ranking and snippets. No database."""
