"""A publication's folder: its table files, read, checked together, converted."""
