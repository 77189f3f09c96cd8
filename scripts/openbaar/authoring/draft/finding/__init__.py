"""Finding tables in documents that nobody described: what seems to be one is a `Sighting`."""
