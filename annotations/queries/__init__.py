"""Reads: SELECTs that each answer one question about what the public or the editors see. They never write."""
