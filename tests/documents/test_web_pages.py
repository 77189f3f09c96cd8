"""Saved web pages: tables and the texts around them in one order, as a reader sees them."""

from __future__ import annotations

import pytest

from openbaar.documents.html import read_html
from openbaar.errors import OpenbaarError


def shown(body: str) -> list[tuple[str, tuple[str, ...]]]:
    """The lines of a page with this body, and the places of their cells."""
    page = f"<!DOCTYPE html><html><head><title>Cijfers</title></head><body>{body}</body></html>"
    lines = read_html(page.encode(), "sources/d.html").lines
    return [(line.shown, tuple(line.cells)) for line in lines]


def texts(body: str) -> list[str]:
    return [text for text, _ in shown(body)]


TABLE = "<table><tr><td>Gent<td>12</table>"


def test_texts_and_tables_come_in_their_order_with_the_place_of_each_cell() -> None:
    table = (
        "<table><caption>Tabel 1. Starters</caption>"
        "<thead><tr><th>Jaar<th>Aantal</thead><tr><td>2020<td>1.234</table>"
    )
    assert shown(f"<h1>Opleidingen</h1><p>In 2020.</p>{table}<p>Bron: VDAB{TABLE}") == [
        ("Opleidingen", ("p1",)),
        ("In 2020.", ("p2",)),
        ("Tabel 1. Starters", ("p3",)),
        ("Jaar | Aantal", ("1.1.1", "1.1.2")),
        ("2020 | 1.234", ("1.2.1", "1.2.2")),
        ("Bron: VDAB", ("p4",)),
        ("Gent | 12", ("2.1.1", "2.1.2")),
    ]


def test_a_line_is_what_stands_between_two_breaks_and_marks_within_it_part_nothing() -> None:
    notes = (
        "<div>* voorlopig<br>** <b>tot</b> en\n met <i>mei</i><ul><li>een<li>twee</ul>rest</div>"
    )
    assert texts(TABLE + notes) == [
        "Gent | 12", "* voorlopig", "** tot en met mei", "een", "twee", "rest",
    ]  # fmt: skip


def test_a_caption_and_a_heading_are_one_line_with_a_break_in_them_too() -> None:
    caption = "<caption><strong>Tabel 1</strong><br><p>Starters</p></caption>"
    assert texts(f"<h2>Per<br>gemeente</h2>{TABLE.replace('<tr>', f'{caption}<tr>', 1)}") == [
        "Per gemeente", "Tabel 1 Starters", "Gent | 12",
    ]  # fmt: skip


def test_menus_forms_scripts_and_comments_are_no_text_of_the_page() -> None:
    around = (
        "<nav><a href='/'>Start</a></nav><script>var a = '<p>'</script><style>p {}</style><!-- p -->"
        "<form><button>Zoek</button><select><option>2020</select></form><noscript>Aan</noscript>"
    )
    assert texts(f"{around}<main>Tekst{TABLE}</main>") == ["Tekst", "Gent | 12"]


def test_a_break_in_a_cell_parts_words_and_an_emphasis_does_not() -> None:
    table = "<table><tr><th>Jongens<br>totaal<th><p>Meis</p><p>jes</p><th>(<i>a</i>)<sup>1</sup></table>"
    assert texts(table) == ["Jongens totaal | Meis jes | (a)¹"]


def test_a_raised_letter_is_no_letter_of_the_word_before_it() -> None:
    table = (
        "<table><tr><td>Basis<sup>a</sup><td>2023<sup>b)</sup><td>1<sup>e</sup> graad"
        "<td>M<sup>me</sup><td>n<sup>o</sup> 3</table>"
    )
    assert texts(table) == ["Basisᵃ | 2023ᵇ⁾ | 1e graad | Mme | no 3"]


def test_a_raised_number_is_no_digit_of_the_number_before_it() -> None:
    table = (
        "<table><tr><td>12<sup>1</sup><td>2023<sup><a href='#n'>2)</a></sup> <td>1<sup>er</sup>"
        "<td>7<sup>[3]</sup><td>5 m<sup>2</sup></table>"
    )
    assert texts(f"{table}<p><sup>1</sup> voorlopig") == [
        "12¹ | 2023²⁾ | 1er | 7[3] | 5 m²", "¹ voorlopig",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "layout", ["<table><tr><td><h2>Tabel 1</h2><p>Starters</table>",
               "<table role='presentation'><tr><td>Tabel 1<td>Starters</table>"],
)  # fmt: skip
def test_a_table_of_one_cell_or_one_that_says_so_is_layout(layout: str) -> None:
    assert shown(layout + TABLE) == [
        ("Tabel 1", ("p1",)),
        ("Starters", ("p2",)),
        ("Gent | 12", ("1.1.1", "1.1.2")),
    ]


def test_a_table_around_tables_is_layout_and_its_texts_are_lines() -> None:
    assert shown(f"<table><tr><td>Menu<td><p>Tabel 1</p>{TABLE}</td></tr></table>") == [
        ("Menu", ("p1",)),
        ("Tabel 1", ("p2",)),
        ("Gent | 12", ("1.1.1", "1.1.2")),
    ]


@pytest.mark.parametrize(
    ("said", "language"), [('lang="nl"', "nl"), ('lang="NL-be"', "nl"), ('lang=""', ""), ("", "")]
)
def test_a_page_says_its_language(said: str, language: str) -> None:
    page = f"<html {said}><body>{TABLE}</body></html>"
    assert read_html(page.encode(), "sources/d.html").language == language


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<title>Cijfers | Dienst</title>",
            "<h1>Cijfers\n <i>2023</i></h1><h1>x</h1>",
            "Cijfers 2023",
        ),
        ("<title>Cijfers | Dienst</title>", "<h1><img></h1>", "Cijfers | Dienst"),
        ("", "<h2>Cijfers</h2>", ""),
    ],
)
def test_a_page_is_called_as_its_heading_says(head: str, body: str, title: str) -> None:
    page = f"<html><head>{head}</head><body>{body}{TABLE}</body></html>"
    assert read_html(page.encode(), "sources/d.html").title == title


DECLARED = "<html><head><meta {0}></head><body><p>Wallonië – 5 €</p>" + TABLE
CHARSET = 'charset="ISO-8859-1"'
OLD = 'http-equiv="Content-Type" content="text/html; charset=windows-1252"'


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        (CHARSET, "windows-1252"),
        (OLD, "windows-1252"),
        (CHARSET, "utf-8"),
        ("charset=utf-8", "utf-8"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_declares_and_has(
    declared: str, encoding: str
) -> None:
    data = DECLARED.format(declared).encode(encoding)
    assert read_html(data, "sources/d.html").lines[0].shown == "Wallonië – 5 €"


@pytest.mark.parametrize("declared", ["charset=utf-8", "charset=koi8-r", 'name="charset"'])
def test_a_page_that_is_in_no_encoding_that_it_declares_is_refused(declared: str) -> None:
    data = DECLARED.format(declared).encode("windows-1252")
    with pytest.raises(OpenbaarError, match=r"d\.html:1:\d+: is not UTF-8"):
        read_html(data, "sources/d.html")
