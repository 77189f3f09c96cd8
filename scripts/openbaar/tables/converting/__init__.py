"""From documents to tables: reading, by workers and over again only where something changed."""
