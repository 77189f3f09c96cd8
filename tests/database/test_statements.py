"""The SQL that creates tables, and which columns get an index."""

from __future__ import annotations

import pytest

from openbaar.database.statements import create_statement, index_columns
from openbaar.tables.publication import Publication


def test_a_comment_cannot_break_out_of_its_line(publication: Publication) -> None:
    title = {"nl": "x\n); DROP TABLE regions; --", "en": "x"}
    table = publication.tables["statuses"].model_copy(update={"title": title})
    first_comment = create_statement(table, set(), "nl").splitlines()[1]
    assert first_comment == "  -- x ); DROP TABLE regions; --: Waarom een waarde ontbreekt."


INDEXES = {
    "regions": [("part_of",)],
    "municipalities": [("region",), ("status",)],  # the primary key begins with the facet year
    "mergers": [("year", "region")],
    "provenance": [("column_name",), ("how",), ("table_name", "mark")],
}


@pytest.mark.parametrize("name", INDEXES)
def test_facets_and_keys_have_an_index_unless_another_serves(
    publication: Publication, name: str
) -> None:
    assert index_columns(publication.resources[name]) == INDEXES[name]


def test_an_index_with_which_a_longer_one_begins_is_left_out(publication: Publication) -> None:
    table = publication.tables["mergers"].model_copy(update={"facets": ("year", "region")})
    assert index_columns(table) == [("region",), ("year", "region")]
