"""The commands of the command line, a file per subject; each file lists its own in ``COMMANDS``."""
