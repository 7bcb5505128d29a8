"""How fast the API answers, against a bare route that returns the same bytes; started by ``make bench``."""
