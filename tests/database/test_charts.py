"""Charts: what is drawn, and how a page tells the marks of its rows."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from openbaar.database.charts import COLORS, ORDERED, Axis, Picture, draw
from openbaar.site.pictures import with_rows

PICTURE = Picture(
    keys=["2021,a", "2021,<b>", "2022,a", "2022,<b>"],
    measure="Aantal (stuks)",
    values=[1200, 900.5, None, 7],
    category=Axis("Jaar", ["2021", "2021", "2022", "2022"]),
    color=Axis("Soort", ["A", "<B>", "A", "<B>"]),
)


def rows(svg: str) -> list[str]:
    """The rows that have a mark, in order."""
    return [
        mark.attrib["data-row"]
        for mark in ElementTree.fromstring(svg).iter()
        if "data-row" in mark.attrib
    ]


def texts(svg: str) -> list[str]:
    """What is written in the picture."""
    return [
        str(each.text)
        for each in ElementTree.fromstring(svg).iter()
        if each.tag.endswith("text") and each.text
    ]


@pytest.mark.parametrize("upright", [True, False])
@pytest.mark.parametrize("mark", ["bar", "line"])
def test_each_value_has_a_mark_that_knows_its_row_and_a_missing_one_has_none(
    mark: str, upright: bool
) -> None:
    assert sorted(rows(draw(replace(PICTURE, mark=mark, upright=upright), "nl"))) == [
        "2021,<b>",
        "2021,a",
        "2022,<b>",
    ]


def test_axes_and_legend_are_named_and_numbers_written_as_the_language_does() -> None:
    assert {"Jaar", "Soort", "Aantal (stuks)", "A", "<B>", "2021", "2022", "1.200"} <= set(
        texts(draw(PICTURE, "nl"))
    )
    assert "1,200" in texts(draw(PICTURE, "en"))
    assert "1,200" in texts(draw(PICTURE, "no such language"))


def test_a_picture_needs_no_style_script_or_other_host() -> None:
    svg = draw(PICTURE, "nl")
    assert re.findall(r"\bstyle=|<style|<script|\bon\w+=|url\(|href=", svg) == []


def test_a_picture_is_the_same_each_time() -> None:
    assert draw(PICTURE, "nl") == draw(PICTURE, "nl")


def test_years_go_from_light_to_dark_and_kinds_have_colours_of_their_own() -> None:
    for ordered, palette in ((True, [ORDERED[0], ORDERED[-1]]), (False, COLORS[:2])):
        svg = draw(replace(PICTURE, ordered=ordered), "nl")
        assert [color in svg for color in palette] == [True, True]


def test_where_nothing_has_a_value_nothing_is_drawn() -> None:
    assert draw(replace(PICTURE, values=[None] * 4), "nl") == ""


def test_the_rows_of_the_page_stand_out_and_the_others_fade() -> None:
    svg = draw(PICTURE, "nl")
    shown = str(with_rows(svg, ["2021,<b>"]))
    assert sorted(re.findall(r'class="faded" data-row="([^"]*)"', shown)) == [
        "2021,a",
        "2022,&lt;b&gt;",
    ]
    assert 'class="drawing filtered"' in shown
    assert with_rows(svg, PICTURE.keys) == svg


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ElementTree.fromstring(draw(PICTURE, "nl"))
    assert (root.get("role"), root.get("aria-label")) == ("img", "Aantal (stuks): Jaar, Soort")
