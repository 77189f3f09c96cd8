"""The SQL that creates tables."""

from __future__ import annotations

from openbaar.database.statements import create_statement
from openbaar.tables.authored.publication import Publication


def test_a_comment_cannot_break_out_of_its_line(publication: Publication) -> None:
    title = {"nl": "x\n); DROP TABLE regions; --", "en": "x"}
    table = publication.tables["statuses"].model_copy(update={"title": title})
    first_comment = create_statement(table, set(), "nl").splitlines()[1]
    assert first_comment == "  -- x ); DROP TABLE regions; --: Waarom een waarde ontbreekt."
