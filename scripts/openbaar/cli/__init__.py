"""The command `openbaar`."""
