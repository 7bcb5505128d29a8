"""How what we publish is put into words and formats. No database."""
