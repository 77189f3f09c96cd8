"""Whether a draft that converts may be trusted: what speaks for it and against it."""
