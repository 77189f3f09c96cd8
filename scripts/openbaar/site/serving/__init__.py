"""A server of the site: it waits for requests, writes logs and follows what is published."""
