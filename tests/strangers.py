"""What strangers ask of a public site: SQL of their own, in an address."""

from __future__ import annotations

from urllib.parse import quote

URL = "https://data.example"  # where the public site is known
COUNT = "with recursive n(x) as (select 1 union all select x + 1 from n)"


def counting(query: str) -> str:
    """A query on the table n, which holds every number."""
    return " ".join([COUNT, query])


def query(sql: str, form: str = ".json") -> str:
    """The address at which anyone may ask that."""
    return f"/municipalities{form}?_shape=array&sql={quote(sql)}"
