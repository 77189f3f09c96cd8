"""The addresses of pages of the site, from its root, as Datasette writes them."""

from __future__ import annotations

import re

from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication

PLAIN = re.compile("[A-Za-z0-9_-]*")  # stays as it is in the addresses of Datasette


def page_address(publication: Publication, *parts: str) -> str:
    """The address of a table, a query or a row: `/municipalities/answers/1a`."""
    encoded = [_encoded(part) for part in parts]
    return "/".join(["", publication.package.name, *encoded])


def _encoded(part: str) -> str:
    if PLAIN.fullmatch(part):
        return part
    from datasette.utils import tilde_encode  # takes longer to import than to build a database

    return str(tilde_encode(part))


def rows_address(publication: Publication, trust_table: str, table: Table) -> str:
    """The address of the rows of a trust table that are about `table`."""
    return f"{page_address(publication, trust_table)}?table_name={table.name}"


def answer_address(publication: Publication, table: Table) -> str | None:
    """The page of the answer that holds `table`; None without a table of answers."""
    if table.question is None or "answers" not in publication.tables:
        return None
    return page_address(publication, "answers", table.question)
