"""Around each request: what it must be like, its language, and what guards the answer."""
