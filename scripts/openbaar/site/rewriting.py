"""The pages of a running site as files: what only a running site can do is taken out of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree, html

ADDRESSES = ("href", "src", "data")  # attributes that lead somewhere
LEADING = etree.XPath(f"//*[{' or '.join(f'@{name}' for name in ADDRESSES)}]")
LINES = ("li", "p", "dd")  # what holds links, and goes with the last one of them
BETWEEN = " ·,;"  # signs between links
Change = Callable[[str], str | None]


@dataclass(frozen=True)
class Rows:
    """The rows on the page of a table, in order, each by column; and the anchor of each.

    `script` is the path of the script that chooses among them.
    """

    rows: Sequence[Mapping[str, Any]]
    anchors: Sequence[str]
    script: str


def rewritten(
    page: str, change: Change, rows: Rows | None = None, scripts: Sequence[str] = ()
) -> str:
    """The page with each address as `change` gives it, without the link where that is None.

    Forms go, with what is in them: they ask something of a running site. Only the search form
    stays, which a script answers. So do nonces, which belong to one answer. A page with `rows` to
    choose from gets a script that chooses. `scripts` are the addresses of more of them.

    >>> rewritten('<!DOCTYPE html><p><a href="/x">X</a></p>', lambda address: f"..{address}")
    '<!DOCTYPE html>\\n<html><body><p><a href="../x">X</a></p></body></html>'
    """
    document = html.document_fromstring(page)
    _drop_forms(document, change)
    for element in document.xpath("//*[@nonce]"):
        del element.attrib["nonce"]
    if rows is not None:
        _add_rows(document, rows)
    for script in scripts:
        etree.SubElement(document.body, "script", src=script)
    for element, attribute in list(_addresses(document)):
        _lead(element, attribute, change)
    return str(html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>"))


def _addresses(document: Any) -> Iterator[tuple[Any, str]]:
    """The elements that lead somewhere, with the attribute that says where."""
    for element in LEADING(document):
        for attribute in ADDRESSES:
            if attribute in element.attrib:
                yield element, attribute


def _lead(element: Any, attribute: str, change: Change) -> None:
    """Let an element lead where its address leads now, or nowhere."""
    address = element.get(attribute)
    if element.tag == "link" and "://" in address:
        return  # what search engines read of a page is its full address
    address = change(address)
    if address is not None:
        element.set(attribute, address)
    elif element.tag == "a" and element.getparent().tag in ("th", "td"):
        element.drop_tag()  # the words are the heading of the column, or the value
    else:
        _drop(element)


def _drop(element: Any) -> None:
    """Take an element out, and the line that it stood on where nothing but it was there."""
    line = element.getparent()
    before = element.getprevious()
    if before is not None and before.tail and before.tail.strip(BETWEEN) == "":
        before.tail = None  # signs between this link and the one before it
    elif element.tail:
        element.tail = element.tail.lstrip(BETWEEN)
    element.drop_tree()
    if line is not None and line.tag in LINES and not line.xpath(".//a") and not _says(line):
        line.drop_tree()


def _says(element: Any) -> bool:
    """Whether an element has any words left but signs between links."""
    return any(character.isalnum() for character in element.text_content())


def _drop_forms(document: Any, change: Change) -> None:
    for form in document.xpath("//form"):
        action = change(form.get("action", "")) if form.get("role") == "search" else None
        if action is not None:
            form.set("action", action)
            continue
        around = form.getparent()
        form.drop_tree()
        if around is not None and around.tag == "details":  # it only unfolded the form
            around.drop_tree()


def _add_rows(document: Any, rows: Rows) -> None:
    """Put anchors on the rows of a page, and below it their values and the script of these."""
    lines = document.xpath("//table[contains(@class, 'rows-and-columns')]/tbody/tr")
    for line, anchor in zip(lines, rows.anchors, strict=False):
        line.set("id", anchor)
    columns = document.xpath("//*[contains(@class, 'facet-results')]//@data-column")
    values = [[row[column] for column in columns] for row in rows.rows]
    body = document.body
    told = etree.SubElement(body, "script", type="application/json", id="frozen-rows")
    content = json.dumps([columns, values], ensure_ascii=False, separators=(",", ":"))
    told.text = content.replace(
        "<", "\\u003c"
    )  # a text with `</script>` in it would end the element
    etree.SubElement(body, "script", src=rows.script)
