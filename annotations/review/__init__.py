"""The review workflow as a table, and the names of what it makes happen. No database."""
