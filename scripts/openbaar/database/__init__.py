"""The SQLite database and what its pages need."""
