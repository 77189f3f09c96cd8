"""Laws of every picture, whatever its words and figures are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drawings
from openbaar.database.drawing.draw import NARROW, WIDE, draw, draw_rest, draw_thumbnail
from openbaar.database.drawing.picture import Category, Mark, Picture, Series
from openbaar.database.drawing.svg import KINDS

WORDS = st.text("abc m–WéIl", min_size=1, max_size=60).map(str.strip).filter(bool)
VALUES = st.one_of(
    st.none(),
    st.floats(-1e9, 1e9).map(lambda value: round(value, 2)),
    st.integers(-9, 9),
    st.floats(-1e-3, 1e-3).map(lambda value: round(value, 6)),
)


# A figure has no more than 15 digits (`values.MAX_DIGITS`), so none is as small as a float can be.
SHARES = st.floats(0, 100).map(lambda value: round(value, 6))


@st.composite
def pictures(draw_any: Any) -> Picture:
    """Pictures of any form, with names, notes and figures of any length."""
    form = draw_any(st.sampled_from(["columns", "bars", "lines", "stack"]))
    most = 30 if form == "bars" else 12
    categories = draw_any(st.lists(_categories(form), min_size=1, max_size=most))
    colors = draw_any(st.integers(1, 5 if form != "columns" else 3))
    values = VALUES if form != "stack" else SHARES
    marks: list[Mark] = []
    for place in range(len(categories)):
        for series in range(colors):
            value = draw_any(values)
            kind = draw_any(st.sampled_from(["normal", "partial", "planned", "doubtful"]))
            label = "" if value is None else f"{value:,.6g}"
            marks.append(Mark(f"{place},{series}", place, series, value, label, kind))
    names = draw_any(st.lists(WORDS, min_size=colors, max_size=colors))
    return Picture(
        form=form,
        title=draw_any(WORDS),
        subtitle=draw_any(st.one_of(st.just(""), WORDS)),
        categories=categories,
        series=[Series(name, color) for name, color in zip(names, KINDS, strict=False)],
        marks=marks,
        tick_text=lambda value: f"{value:,.10g}",
        legend=draw_any(st.one_of(st.just(""), WORDS)),
        keys={"partial": draw_any(WORDS), "doubtful": "?"},
        notes=draw_any(st.lists(WORDS, max_size=2)),
        source=draw_any(WORDS),
        fold=draw_any(st.sampled_from([None, 3])) if form == "bars" else None,
    )


def _categories(form: str) -> Any:
    """Categories: of bars any name, of periods the name and the group of a period."""
    if form == "bars":
        return st.builds(Category, WORDS)
    return st.builds(
        Category,
        st.sampled_from(["2020", "K1", "2023–2025"]),
        group=st.sampled_from(["", "2020", "2021"]),
        note=st.sampled_from(["", "t/m mei", "tot en met september"]),
        length=st.sampled_from([1, 1, 3]),
    )


@settings(max_examples=60, deadline=None)
@given(pictures())
@pytest.mark.parametrize("room", [WIDE, NARROW])
def test_no_text_is_outside_or_upon_another_one(room: int, picture: Picture) -> None:
    svg = draw(picture, room)
    assert drawings.faults(svg) == []
    rest = draw_rest(picture, room)
    assert rest is None or drawings.faults(rest) == []


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_every_figure_has_one_mark_and_all_are_in_one_proportion(picture: Picture) -> None:
    svg = draw(picture, WIDE) + (draw_rest(picture, WIDE) or "")
    found = [mark.key for mark in picture.drawn if f'data-row="{mark.key}"' in svg]
    assert found == [mark.key for mark in picture.drawn]
    if picture.form not in ("columns", "stack"):
        return
    bars = drawings.bars(draw(picture, WIDE))
    largest = max(picture.drawn, key=lambda mark: abs(mark.value or 0), default=None)
    if largest is None or not largest.value:
        return
    unit = bars[largest.key].height / abs(largest.value)
    for mark in picture.drawn:
        height = abs(mark.value or 0) * unit
        if mark.kind != "normal":
            height = max(height, 2)  # the least that an outline needs
        assert bars[mark.key].height == pytest.approx(height, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(pictures())
def test_a_thumbnail_has_no_words_and_nothing_outside(picture: Picture) -> None:
    svg = draw_thumbnail(picture)
    assert (drawings.words(svg), drawings.faults(svg)) == ([], [])
