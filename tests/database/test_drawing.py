"""The drawing of pictures: where marks, labels and figures are, and how kinds of marks look."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import drawings
from openbaar.database.drawing import svg as colors
from openbaar.database.drawing.draw import NARROW, WIDE, draw, draw_rest, draw_thumbnail
from openbaar.database.drawing.picture import Category, Kind, Mark, Picture, Series
from openbaar.database.drawing.svg import standalone

WIDTHS = pytest.mark.parametrize("room", [WIDE, NARROW])
VALUES = {"2021,a": 1200.0, "2021,<b>": 900.5, "2022,a": None, "2022,<b>": 300.0}
PICTURE = Picture(
    form="columns",
    title="Hoeveel stuks?",
    subtitle="Aantal (stuks)",
    categories=[Category("2021"), Category("2022", note="t/m mei")],
    series=[Series("A", "c1"), Series("<B>", "c2")],
    marks=[
        Mark(key, index // 2, index % 2, value, "" if value is None else f"{value:g}")
        for index, (key, value) in enumerate(VALUES.items())
    ],
    tick_text=lambda value: f"{value:g}",
    legend="Soort",
    keys={},
    source="Bron: een document. Versie 1.0.0.",
    told=["2021: A 1200, <B> 900.5", "2022: A geen cijfer, <B> 300"],
)


def of_kind(kind: Kind, form: Any = "columns") -> Picture:
    """The picture with marks of a kind in its second category."""
    marks = [replace(mark, kind=kind) if mark.category == 1 else mark for mark in PICTURE.marks]
    return replace(PICTURE, form=form, marks=marks, keys={kind: "2022: t/m mei"})


def single(values: list[float | None], form: Any = "columns", **changes: Any) -> Picture:
    """A picture of one colour with these values."""
    marks = [Mark(str(index), index, 0, value, f"{value}") for index, value in enumerate(values)]
    categories = [Category(f"naam {index}") for index in range(len(values))]
    return replace(
        PICTURE, form=form, marks=marks, categories=categories, series=[Series("", "c1")], **changes
    )


@WIDTHS
@pytest.mark.parametrize("form", ["columns", "bars", "lines", "stack"])
def test_each_value_has_a_mark_that_knows_its_row_and_a_missing_one_has_none(
    form: Any, room: int
) -> None:
    svg = draw(replace(PICTURE, form=form), room)
    marks = drawings.points(svg) if form == "lines" else drawings.bars(svg)
    assert marks.keys() == {"2021,a", "2021,<b>", "2022,<b>"}


@WIDTHS
@pytest.mark.parametrize("form", ["columns", "bars", "lines", "stack"])
@pytest.mark.parametrize("kind", ["normal", "partial", "planned", "doubtful"])
def test_nothing_is_outside_and_no_text_upon_another(form: Any, kind: Kind, room: int) -> None:
    assert drawings.faults(draw(of_kind(kind, form), room)) == []


@WIDTHS
@pytest.mark.parametrize("form", ["columns", "bars", "lines", "stack"])
@pytest.mark.parametrize("value", [2e-12, 1e-118])
def test_a_very_small_value_is_drawn(value: float, form: Any, room: int) -> None:
    assert drawings.faults(draw(single([value, value / 2], form), room)) == []


@WIDTHS
def test_a_long_entry_of_the_legend_goes_on_on_the_next_line(room: int) -> None:
    words = "Cijfers van een deel van het jaar " * 6
    picture = replace(of_kind("partial"), keys={"partial": words.strip(), "planned": "Begroot"})
    svg = draw(picture, room)
    assert drawings.faults(svg) == []
    assert "Begroot" in svg


@WIDTHS
def test_a_figure_in_doubt_at_the_first_point_is_beside_the_values_of_the_axis(room: int) -> None:
    picture = single([-8_107_174.0, None, None, None], "lines")
    doubtful = replace(picture.marks[0], kind="doubtful", label="-8.10717e+06")
    picture = replace(picture, marks=[doubtful, *picture.marks[1:]])
    svg = draw(replace(picture, tick_text=lambda value: f"{value:,.10g}"), room)
    assert "-8.10717e+06 ?" in svg
    assert drawings.faults(svg) == []


@WIDTHS
def test_the_heights_of_columns_are_in_proportion_to_their_values(room: int) -> None:
    bars = drawings.bars(draw(PICTURE, room))
    unit = bars["2021,a"].height / 1200
    for key, value in VALUES.items():
        if value is not None:
            assert bars[key].height == pytest.approx(value * unit, abs=0.05)
    bottoms = [bar.bottom for bar in bars.values()]
    assert bottoms == pytest.approx([bottoms[0]] * len(bottoms), abs=0.05)


@WIDTHS
def test_the_lengths_of_lying_bars_are_in_proportion_to_either_side_of_zero(room: int) -> None:
    values = [840.0, 13.0, -274.0, -15968.0]
    bars = drawings.bars(draw(single(values, "bars"), room))
    unit = bars["3"].width / 15968
    lengths = [bars[str(index)].width for index in range(4)]
    assert lengths == pytest.approx([abs(value) * unit for value in values], abs=0.15)
    zero = bars["0"].left
    assert [bars["1"].left, bars["2"].right, bars["3"].right] == pytest.approx([zero] * 3, abs=0.15)


@WIDTHS
def test_the_pieces_of_a_stack_are_upon_each_other(room: int) -> None:
    bars = drawings.bars(draw(replace(PICTURE, form="stack"), room))
    assert bars["2021,a"].top == pytest.approx(bars["2021,<b>"].bottom, abs=0.15)
    assert bars["2021,a"].left == bars["2021,<b>"].left


def test_a_period_of_three_years_is_three_times_as_wide_as_one_of_one() -> None:
    categories = [Category("2020"), Category("2021"), Category("2022–2024", length=3)]
    picture = replace(single([3.0, 4.0, 3.0]), categories=categories)
    bars = drawings.bars(draw(picture, WIDE))
    distance = 4  # pixels to the neighbours
    widths = [bars[key].width + distance for key in "012"]
    assert widths == pytest.approx([widths[0], widths[0], 3 * widths[0]], abs=0.4)


def test_a_figure_stands_at_the_end_of_its_bar() -> None:
    svg = draw(single([30.0, 10.0], "bars"), WIDE)
    bars = drawings.bars(svg)
    for box in drawings.texts(svg):
        if box.name in ("30.0", "10.0"):
            bar = bars["0" if box.name == "30.0" else "1"]
            assert bar.right < box.left < bar.right + 10
            assert bar.top < (box.top + box.bottom) / 2 < bar.bottom


def test_names_are_beside_their_bars_on_a_wide_page_and_above_them_on_a_phone() -> None:
    picture = single([30.0], "bars")
    for room, is_beside in ((WIDE, True), (NARROW, False)):
        svg = draw(picture, room)
        bar = drawings.bars(svg)["0"]
        (name,) = [box for box in drawings.texts(svg) if box.name == "naam 0"]
        assert (name.right < bar.left, name.bottom <= bar.top) == (is_beside, not is_beside)


@WIDTHS
def test_a_long_name_is_broken_and_not_cut(room: int) -> None:
    name = "Industriële onderhouds- en productietechnieken van allerlei aard en omvang"
    picture = replace(single([30.0, 20.0], "bars"), categories=[Category(name), Category("b")])
    svg = draw(picture, room)
    assert name in " ".join(drawings.words(svg))
    assert drawings.faults(svg) == []


@WIDTHS
def test_many_periods_have_the_names_that_there_is_room_for(room: int) -> None:
    picture = single([float(index) for index in range(60)], "lines")
    svg = draw(replace(picture, categories=[Category(str(1960 + n)) for n in range(60)]), room)
    assert drawings.faults(svg) == []
    assert len([word for word in drawings.words(svg) if re.fullmatch(r"(19|20)\d\d", word)]) > 5


@WIDTHS
def test_the_axis_of_two_levels_has_the_longer_period_once_below_the_shorter_ones(
    room: int,
) -> None:
    categories = [
        Category(f"K{quarter}", group=str(year)) for year in (2020, 2021) for quarter in range(1, 5)
    ]
    svg = draw(replace(single([float(n) for n in range(8)]), categories=categories), room)
    texts = {box.name: box for box in drawings.texts(svg)}
    assert drawings.words(svg).count("2020") == 1
    assert texts["2020"].top > texts["K1"].bottom
    quarters = [box for box in drawings.texts(svg) if box.name.startswith("K")]
    middle = (quarters[0].left + quarters[3].right) / 2
    assert (texts["2020"].left + texts["2020"].right) / 2 == pytest.approx(middle, abs=2)


def test_a_partial_period_is_hatched_and_a_planned_one_is_not() -> None:
    assert drawings.hatched(draw(of_kind("partial"), WIDE)) == {"2022,<b>"}
    assert drawings.hatched(draw(of_kind("planned"), WIDE)) == set()
    assert "stroke-dasharray" in draw(of_kind("planned"), WIDE)


def test_the_hatching_stays_within_its_bar() -> None:
    path = colors.hatching(10, 20, 30, 50)
    steps = re.findall(r"([Mml])(-?[\d.]+) ?(-?[\d.]+)", path)
    assert len(steps) == 2 * path.count("l") > 10
    x, y = 0.0, 0.0
    for command, right, down in steps:
        x, y = x + float(right), y + float(down)
        assert 9.9 < x < 40.1
        assert 19.9 < y < 70.1
        assert command != "l" or float(right) == pytest.approx(-float(down), abs=0.11)


def test_a_line_joins_neighbours_and_neither_a_gap_nor_a_point_in_doubt() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    picture = single(values, "lines")
    assert len(drawings.joins(draw(picture, WIDE))) == 4
    marks = [replace(mark, kind="doubtful") if mark.key == "1" else mark for mark in picture.marks]
    assert len(drawings.joins(draw(replace(picture, marks=marks), WIDE))) == 2
    gap = [replace(mark, value=None) if mark.key == "2" else mark for mark in picture.marks]
    assert len(drawings.joins(draw(replace(picture, marks=gap), WIDE))) == 2


def test_a_line_goes_from_point_to_point() -> None:
    svg = draw(single([1.0, 3.0], "lines"), WIDE)
    points = drawings.points(svg)
    ((x1, y1, x2, y2),) = drawings.joins(svg)
    assert [(x1, y1), (x2, y2)] == [pytest.approx(points["0"]), pytest.approx(points["1"])]
    assert y2 < y1


def test_the_legend_has_what_is_drawn_in_its_order_and_nothing_where_there_is_one_colour() -> None:
    words = drawings.words(draw(of_kind("partial"), WIDE))
    assert words[2:6] == ["Soort:", "A", "<B>", "2022: t/m mei"]
    assert "Soort:" not in drawings.words(draw(single([1.0]), WIDE))


def test_title_unit_source_and_version_are_in_the_picture() -> None:
    words = " ".join(drawings.words(draw(PICTURE, NARROW)))
    for part in ("Hoeveel stuks?", "Aantal (stuks)", "Bron: een document. Versie 1.0.0."):
        assert part in words


def test_a_picture_tells_its_figures_to_those_who_do_not_see_it() -> None:
    root = drawings.parsed(draw(PICTURE, WIDE))
    told = "Hoeveel stuks? Aantal (stuks). 2021: A 1200, <B> 900.5; 2022: A geen cijfer, <B> 300."
    assert (root.get("role"), root.get("aria-label")) == ("img", told)


def test_what_is_folded_away_is_drawn_apart_on_the_same_scale() -> None:
    picture = single([40.0, 20.0, 10.0], "bars", fold=2, told=["40", "20", "10"])
    first, rest = draw(picture, WIDE), draw_rest(picture, WIDE)
    assert rest is not None
    assert (drawings.bars(first).keys(), drawings.bars(rest).keys()) == ({"0", "1"}, {"2"})
    ratio = drawings.bars(first)["0"].width / drawings.bars(rest)["2"].width
    assert ratio == pytest.approx(4, abs=0.01)
    assert "40; 20" in first
    assert draw_rest(replace(picture, fold=None), WIDE) is None


def test_a_picture_needs_no_style_script_identifier_or_other_host() -> None:
    refused = r"\bstyle=|<style|<script|\bon\w+=|url\(|href=|\bid="
    for kind in ("normal", "partial", "planned", "doubtful"):
        assert re.findall(refused, draw(of_kind(kind), WIDE)) == []


def test_a_picture_is_the_same_each_time() -> None:
    assert draw(PICTURE, WIDE) == draw(PICTURE, WIDE)


def test_a_thumbnail_has_marks_and_no_words() -> None:
    svg = draw_thumbnail(PICTURE)
    assert (drawings.words(svg), len(drawings.bars(svg))) == ([], 3)
    assert drawings.parsed(svg).get("aria-hidden") == "true"
    assert drawings.faults(svg) == []


def test_a_drawing_of_its_own_has_paper_a_title_and_its_figures() -> None:
    root = drawings.parsed(standalone(draw(PICTURE, WIDE), PICTURE.title, "2021: A 1200"))
    title, told, paper = list(root)[:3]
    assert (title.text, told.text, paper.get("fill")) == (PICTURE.title, "2021: A 1200", "#ffffff")
    left, top, width, _ = map(float, root.attrib["viewBox"].split())
    assert (left, top, width) == (-16, -16, WIDE + 32)


def channels(color: str) -> list[float]:
    """Red, green and blue of a colour as amounts of light."""
    linear: list[float] = []
    for channel in (color[1:3], color[3:5], color[5:7]):
        part = int(channel, 16) / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return linear


def luminance(color: str) -> float:
    """How light a colour is, by WCAG 2 (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    linear = channels(color)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2."""
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_colour_stands_out_from_the_paper() -> None:
    assert [c for c in colors.COLORS.values() if contrast(c, colors.PAPER) < 3] == []


def test_ordered_colours_go_from_light_to_dark() -> None:
    lights = [luminance(color) for color in colors.ORDER.values()]
    assert lights == sorted(lights, reverse=True)
    assert all(one / other > 1.3 for one, other in combinations(lights, 2))


def lab(color: str, deficiency: list[list[float]]) -> list[float]:
    """A colour as those with a deficiency see it, in CIELAB with the white of sRGB."""
    linear = channels(color)
    seen: list[float] = []
    for row in deficiency:
        mixed = sum(share * part for share, part in zip(row, linear, strict=True))
        seen.append(min(1, max(0, mixed)))
    red, green, blue = seen
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    roots = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return [116 * roots[1] - 16, 500 * (roots[0] - roots[1]), 200 * (roots[1] - roots[2])]


# Machado, Oliveira and Fernandes (2009), https://doi.org/10.1109/TVCG.2009.113, severity 1.
DEFICIENCIES = {
    "none": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}
STYLES = Path(__file__).parents[2] / "scripts" / "openbaar" / "site" / "static" / "openbaar.css"
DARK = dict(
    re.findall(r"^  \.([co]\d) \{ color: (#\w{6}); \}", STYLES.read_text("utf-8"), re.MULTILINE)
)
DARK_PAPER = "#15191e"


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("palette", [colors.KINDS, DARK])
def test_those_who_see_no_red_no_green_or_no_blue_tell_colours_apart(
    deficiency: str, palette: dict[str, str]
) -> None:
    seen = [lab(palette[name], DEFICIENCIES[deficiency]) for name in colors.KINDS]
    for one, other in combinations(seen, 2):
        assert math.dist(one, other) > 10  # twice what is told apart side by side, and more


def test_dark_paper_has_colours_of_its_own_which_stand_out_from_it() -> None:
    assert f"--paper: {DARK_PAPER}" in STYLES.read_text("utf-8")
    assert DARK.keys() == colors.COLORS.keys()
    assert [color for color in DARK.values() if contrast(color, DARK_PAPER) < 3] == []


def test_on_dark_paper_ordered_colours_go_from_dark_to_light() -> None:
    lights = [luminance(DARK[name]) for name in colors.ORDER]
    assert lights == sorted(lights)


def test_on_a_phone_the_base_line_crosses_no_name() -> None:
    categories = [Category("Business support"), Category("Wood")]
    picture = replace(single([3.0, 2.0]), form="bars", categories=categories)
    svg = draw(picture, NARROW)
    lines = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", svg)
    names = [box for box in drawings.texts(svg) if box.name in ("Business support", "Wood")]
    assert (len(names), len(lines)) == (2, 2)
    for x, top, bottom in lines:
        for name in names:
            is_beside = float(x) < name.left or float(x) > name.right
            assert is_beside or float(bottom) <= name.top or float(top) >= name.bottom
