"""The same facts for every kind of catalogue: one module each, all fed by `facts`."""
