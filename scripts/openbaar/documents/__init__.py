"""Documents: from bytes to lines or cells that keep their places."""
