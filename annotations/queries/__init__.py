"""Reads: SELECTs that each answer one question about the public view. They never write."""
