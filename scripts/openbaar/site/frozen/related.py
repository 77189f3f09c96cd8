"""Which tables a page of one table shows anything of: their names, their titles, their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site.published import Published, referenced_table


class Related:
    """The tables of a publication, by what they have to do with each other."""

    def __init__(self, published: Published, together: Mapping[str, set[str]]) -> None:
        """`together` are the tables that a remark on each table is about."""
        self._published = published
        self._together = together

    def of_table(self, table: str) -> set[str]:
        """Those of which the page of a table shows anything, and that table."""
        beside = self._beside(table)
        return {table, *beside, *self.reached([table, *beside])}

    def of_row(self, table: str) -> set[str]:
        """Those of which the page of a row shows anything.

        The table itself is among them where a row shows other ones of it.
        """
        beside = self._beside(table)
        for other in self._published.tables:
            if self.names_tables(table) or table in self._referred[other]:
                beside.add(other)
        around = {*beside, *self.reached([table]), *self.reached(beside - {table})}
        if table not in self.reached([table]):
            around.discard(table)
        return around

    def names_tables(self, table: str) -> bool:
        """Whether a table has the names of tables in it, which pages call by their titles."""
        return table in TRUST_TABLES or "table_name" in self._published.column_names(table)

    def reached(self, tables: Iterable[str]) -> set[str]:
        """The tables to which these refer, and to which those refer in turn."""
        reached: set[str] = set()
        waiting = list(tables)
        while waiting:
            found = self._referred[waiting.pop()] - reached
            reached |= found
            waiting += found
        return reached

    def _beside(self, table: str) -> set[str]:
        return self._together.get(table, set()) & self._published.tables.keys()

    @cached_property
    def _referred(self) -> dict[str, set[str]]:
        """The tables to which each table refers."""
        found = {}
        for table in self._published.tables:
            keys = self._published.foreign_keys(table)
            referred = {referenced_table(table, key) for key in keys}
            found[table] = referred & self._published.tables.keys()
        return found
