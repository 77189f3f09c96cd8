"""Which rows of a chart are not whole or in doubt, by what the tables say of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from openbaar.database.charts.period_kinds import Periods, Quarters, Years
from openbaar.database.charts.row_kinds import Finding, findings
from openbaar.tables.authored.model import Anomaly, Footnote, Table
from openbaar.tables.authored.queries import Chart
from openbaar.tables.authored.references import load_publication

YEARS = Years(("year",))
QUARTERS = Quarters(("year", "quarter"))
CHART = Chart(x=("year",), y=("number",))
HAND_MADE = Path(__file__).parent.parent / "publications" / "hand_made"


TABLES = """
CREATE TABLE municipalities (year, region);
INSERT INTO municipalities VALUES (2018, 'a'), (2019, 'a'), (2019, 'b'), (2020, 'a');
CREATE TABLE provenance (table_name, row_id, column_name, mark);
INSERT INTO provenance VALUES
  ('municipalities', '2019,a', 'year', '*'), ('municipalities', '2020,a', 'region', '*'),
  ('municipalities', '2018,a', 'year', NULL), ('mergers', '2018,a', 'year', '*');
"""


def found(
    footnote: str = "",
    anomalies: dict[str, Anomaly] | None = None,
    chart: Chart = CHART,
    periods: Periods = YEARS,
    applies_to: Any = {"year": 2019},  # noqa: B006  not changed
) -> list[Finding]:
    """What is known of the rows of a table with this footnote, which speaks of its year 2019."""
    publication = load_publication(HAND_MADE)
    footnotes: dict[str, Footnote] = {}
    if footnote:
        texts = {"nl": footnote, "en": "a footnote"}
        footnotes["*"] = Footnote.model_validate(
            {"text": texts, "line": "x", "applies_to": applies_to}
        )
    changes = {"footnotes": footnotes, "anomalies": anomalies or {}}
    table: Table = publication.tables["municipalities"].model_copy(update=changes)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return findings(connection, chart, [table], [periods], publication.package)


@pytest.mark.parametrize(
    ("footnote", "text", "note"),
    [
        ("cijfers tot en met mei 2019", "t/m mei", None),
        ("enkel april en mei", "april–mei", None),
        ("voorlopige cijfers", "*", "* voorlopige cijfers"),
        ("vanaf mei anders geteld", "*", "* vanaf mei anders geteld"),
    ],
)
def test_a_period_of_which_a_footnote_speaks_is_not_whole(
    footnote: str, text: str, note: str | None
) -> None:
    (finding,) = found(footnote)
    assert (finding.kind, finding.text["nl"], finding.note.get("nl")) == ("partial", text, note)
    assert finding.applies({"year": 2019, "number": 1}, [YEARS])
    assert not finding.applies({"year": 2018, "number": 1}, [YEARS])


def test_until_when_is_said_in_each_language() -> None:
    (finding,) = found("cijfers tot en met mei 2019")
    assert finding.text == {"nl": "t/m mei", "en": "to May"}


def test_a_year_to_december_is_whole() -> None:
    assert found("tot en met december") == []


def test_of_the_quarters_of_a_year_only_that_of_the_month_is_not_whole() -> None:
    (finding,) = found("cijfers tot en met mei 2019", periods=QUARTERS)
    partial = []
    for quarter in (1, 2, 3, 4):
        partial.append(finding.applies({"year": 2019, "quarter": quarter}, [QUARTERS]))
    assert partial == [False, True, False, False]


def test_a_footnote_on_something_else_than_a_period_of_the_chart_says_nothing() -> None:
    assert found("tot en met mei", periods=Years(("other_year",))) == []


def test_a_period_at_which_the_mark_of_a_footnote_is_printed_is_not_whole() -> None:
    (finding,) = found("voorlopige cijfers", applies_to={})
    assert (finding.rows, finding.text["nl"]) == ({"year": "2019"}, "*")


def test_what_the_author_says_takes_the_place_of_the_footnotes() -> None:
    said: Any = {"rows": {"year": 2018}, "text": {"nl": "half", "en": "half"}}
    chart = Chart.model_validate({"x": "year", "y": "number", "partial": said})
    (finding,) = found("tot en met mei", chart=chart)
    assert finding.rows == {"year": "2018"}


@pytest.mark.parametrize(("status", "is_doubtful"), [("not_given", True), (None, False)])
def test_rows_to_which_an_anomaly_gives_a_status_are_in_doubt(
    status: str | None, is_doubtful: bool
) -> None:
    anomaly = Anomaly.model_validate(
        {"text": {"nl": "hm", "en": "hm"}, "at": "x", "rows": {"year": 2019}, "status": status}
    )
    kinds = [finding.kind for finding in found(anomalies={"odd": anomaly})]
    assert kinds == (["doubtful"] if is_doubtful else [])
