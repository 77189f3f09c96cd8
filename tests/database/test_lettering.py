"""How wide texts are and where they are broken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openbaar.database.drawing.lettering import width, wrapped

TEXTS = st.text("abcdefgh WM-é ", max_size=80)


def test_a_wide_letter_a_bold_one_and_a_large_one_need_more_room() -> None:
    assert width("W", 10) > width("i", 10)
    assert width("a", 10, bold=True) >= width("a", 10)
    assert width("a", 20) == 2 * width("a", 10)
    assert width("漢", 10) > width("W", 10)


def test_words_go_on_the_next_line_where_they_do_not_fit() -> None:
    assert wrapped("one two", 10, width("one t", 10)) == ["one", "two"]
    assert wrapped("one two", 10, width("one two", 10)) == ["one two"]
    assert wrapped("", 10, 50) == []


@given(TEXTS, st.floats(20, 200))
def test_nothing_is_lost_and_every_line_fits(text: str, room: float) -> None:
    lines = wrapped(text, 12, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line, 12) <= room for line in lines)
