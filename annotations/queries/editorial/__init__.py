"""Reads for editors: everything that the public sees, and drafts, requests, flags and histories besides."""
