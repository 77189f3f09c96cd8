"""Deposits: a version of a publication, handed to a repository that keeps it."""
