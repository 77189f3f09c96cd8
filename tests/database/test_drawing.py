"""The drawing of charts, and how a page tells the marks of its rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from openbaar.database.drawing import COLORS, ORDERED, Axis, Picture, draw
from openbaar.site.pictures import with_rows

PICTURE = Picture(
    keys=["2021,a", "2021,<b>", "2022,a", "2022,<b>"],
    measure="Aantal (stuks)",
    values=[1200, 900.5, None, 7],
    category=Axis("Jaar", ["2021", "2021", "2022", "2022"]),
    color=Axis("Soort", ["A", "<B>", "A", "<B>"]),
)


def drawn(language: str = "nl", **changes: Any) -> str:
    """The picture with these changes as SVG."""
    svg = draw(replace(PICTURE, **changes), language)
    assert svg is not None
    return svg


def keys(svg: str) -> list[str]:
    """The keys of the rows that have a mark."""
    marks = ElementTree.fromstring(svg).iter()
    return sorted(mark.attrib["data-row"] for mark in marks if "data-row" in mark.attrib)


def texts(svg: str) -> set[str]:
    """What is written in the picture."""
    elements = ElementTree.fromstring(svg).iter()
    return {str(each.text) for each in elements if each.tag.endswith("text") and each.text}


@pytest.mark.parametrize("upright", [True, False])
@pytest.mark.parametrize("mark", ["bar", "line"])
def test_each_value_has_a_mark_that_knows_its_row_and_a_missing_one_has_none(
    mark: str, upright: bool
) -> None:
    svg = drawn(mark=mark, upright=upright)
    assert keys(svg) == ["2021,<b>", "2021,a", "2022,<b>"]


def test_axes_and_legend_have_titles_and_labels() -> None:
    expected = {"Jaar", "Soort", "Aantal (stuks)", "A", "<B>", "2021", "2022"}
    assert expected <= texts(drawn())


@pytest.mark.parametrize(
    ("language", "number"), [("nl", "1.200"), ("en", "1,200"), ("no such language", "1,200")]
)
def test_numbers_are_written_as_the_language_writes_them(language: str, number: str) -> None:
    assert number in texts(drawn(language))


def test_a_picture_needs_no_style_script_or_other_host() -> None:
    refused = r"\bstyle=|<style|<script|\bon\w+=|url\(|href="
    assert re.findall(refused, drawn()) == []


def test_a_picture_is_the_same_each_time() -> None:
    assert drawn() == drawn()


@pytest.mark.parametrize(
    ("ordered", "colors"), [(True, [ORDERED[0], ORDERED[-1]]), (False, COLORS[:2])]
)
def test_years_go_from_light_to_dark_and_kinds_have_colours_of_their_own(
    ordered: bool, colors: list[str]
) -> None:
    svg = drawn(ordered=ordered)
    used = {color for color in (*ORDERED, *COLORS) if color in svg}
    assert used == set(colors)


def test_where_nothing_has_a_value_nothing_is_drawn() -> None:
    assert draw(replace(PICTURE, values=[None] * 4), "nl") is None


def test_rows_that_a_page_does_not_show_are_faded() -> None:
    shown = str(with_rows(drawn(), ["2021,<b>"]))
    faded = re.findall(r'class="faded" data-row="([^"]*)"', shown)
    assert sorted(faded) == ["2021,a", "2022,&lt;b&gt;"]
    assert 'class="drawing filtered"' in shown


def test_a_page_that_shows_all_rows_has_the_picture_as_it_is() -> None:
    assert with_rows(drawn(), PICTURE.keys) == drawn()


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ElementTree.fromstring(drawn())
    assert (root.get("role"), root.get("aria-label")) == ("img", "Aantal (stuks): Jaar, Soort")
