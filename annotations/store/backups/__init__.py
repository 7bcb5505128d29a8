"""Backups of the whole database in one checked file, and the way back."""
