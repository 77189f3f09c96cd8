"""Guessing what a table is: its columns, its place, its language."""
