"""One module for each kind of address, with what it needs."""
