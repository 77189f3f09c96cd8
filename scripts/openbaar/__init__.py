"""openbaar: turn the tables of official documents into documented, citable open data."""

__version__ = "0.1.0"
