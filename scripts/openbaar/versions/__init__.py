"""Versions of a publication: what changed from one to another, and releasing the next one."""
