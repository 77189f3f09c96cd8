"""Charts: which tables and queries have one, what it shows, and its drawings."""
