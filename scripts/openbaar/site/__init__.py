"""The site as a plugin of Datasette: addresses to cite, downloads, pages and headers.

It knows a publication by `datapackage.json`, the database and the files only, and runs wherever Datasette does: it
imports nothing of the toolkit but `errors` and its own modules.
"""
