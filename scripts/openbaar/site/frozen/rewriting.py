"""The pages of a running site as files: what only a running site can do is taken out of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from lxml import etree, html

from openbaar.site.requests.addresses import with_query

ADDRESSES = ("href", "src", "data")  # attributes that lead somewhere
LEADING = etree.XPath(f"//*[{' or '.join(f'@{name}' for name in ADDRESSES)}]")
LINES = ("li", "p", "dd")  # what holds links, and goes with the last one of them
FOOTER, FOOTER_END = '<footer class="bottom">', "</footer>"  # a text would have `&lt;` in it
MOST_EXACT = 2**53 - 1  # the largest whole number that a script keeps exactly
BETWEEN = " ·,;"  # signs between links
Change = Callable[[str], str | None]


@dataclass(frozen=True)
class Rows:
    """The rows on the page of a table, in order, each by column; and the anchor of each.

    `script` is the path of the script that chooses among them and sorts them, by the values of the
    columns `ordered` and by the words of the others. `words` are those that it says. It gives the
    rows that were chosen as a file where `file` says how to call it, and which columns hold true or
    false; a page without one has no more values than it needs.
    """

    rows: Sequence[Mapping[str, Any]]
    anchors: Sequence[str]
    script: str
    ordered: Sequence[str] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, Any] | None = None


def rewritten(
    page: str,
    change: Change,
    rows: Rows | None = None,
    scripts: Sequence[str] = (),
    unasked: str = "",
) -> str:
    """The page with each address as `change` gives it, without the link where that is None.

    Forms go, with what is in them: they ask something of a running site. Only the search form
    stays, which a script answers, and of a question the values to choose from, as links; `unasked`
    is said where it has other parameters, and where SQL was asked for. Nonces go too, which belong
    to one answer. A page with `rows` to choose from gets a script that chooses. `scripts` are the
    addresses of more of them.

    >>> rewritten('<!DOCTYPE html><p><a href="/x">X</a></p>', lambda address: f"..{address}")
    '<!DOCTYPE html>\\n<html><body><p><a href="../x">X</a></p></body></html>'
    """
    document = html.document_fromstring(page)
    for form in document.xpath("//form"):
        _replace_form(form, change, unasked)
    for element in document.xpath("//*[@nonce]"):
        del element.attrib["nonce"]
    if rows is not None:
        _add_rows(document, rows)
    for script in scripts:
        etree.SubElement(document.body, "script", src=script)
    for element, attribute in list(_addresses(document)):
        _lead(element, attribute, change)
    return str(html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>"))


def footer_of(page: str) -> str:
    """The footer of a page, empty where it has none.

    >>> footer_of('<p>X</p><footer class="bottom">Y</footer></body>')
    '<footer class="bottom">Y</footer>'
    """
    _, tag, rest = page.rpartition(FOOTER)
    inside, end, _ = rest.partition(FOOTER_END)
    return f"{tag}{inside}{end}" if tag else ""


def with_footer(page: str, footer: str, change: Change) -> str:
    """A page that was `rewritten`, with another footer, in which addresses are not changed yet.

    A page without a footer stays as it is.

    >>> footer = '<footer class="bottom"><a href="/y">Y</a></footer>'
    >>> page = '<p>X</p><footer class="bottom">Z</footer>'
    >>> with_footer(page, footer, lambda address: f"..{address}")
    '<p>X</p><footer class="bottom"><a href="../y">Y</a></footer>'
    """
    before, tag, rest = page.rpartition(FOOTER)
    if not tag:
        return page
    after = rest.partition(FOOTER_END)[2]
    alone = rewritten(f"<!DOCTYPE html><html><body>{footer}</body></html>", change)
    return before + footer_of(alone) + after


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
    _drop_signs(element)
    element.drop_tree()
    if line is not None and _is_empty_line(line):
        line.drop_tree()


def _drop_signs(element: Any) -> None:
    """Take out the signs between a link and the one before it, or else the one behind it."""
    before = element.getprevious()
    if before is not None and before.tail and before.tail.strip(BETWEEN) == "":
        before.tail = None
    elif element.tail:
        element.tail = element.tail.lstrip(BETWEEN)


def _is_empty_line(element: Any) -> bool:
    """Whether an element is a line with no link; what only introduces links says nothing."""
    if element.tag not in LINES or element.xpath(".//a"):
        return False
    if "export-links" in element.classes:
        return True
    return not any(map(str.isalnum, element.text_content()))


def _replace_form(form: Any, change: Change, unasked: str) -> None:
    """Put what works without a server in the place of a form, or nothing."""
    action = change(form.get("action", ""))
    if form.get("role") == "search" and action is not None:
        form.set("action", action)
        form.set("hidden", "")  # until a script is there that answers
        return
    if "sql" in form.classes:
        _add_choices(form, change, unasked)
    around = form.getparent()
    form.drop_tree()
    if around is not None and around.tag == "details":  # it only unfolded the form
        around.drop_tree()


def _add_choices(form: Any, change: Change, unasked: str) -> None:
    """Put before the form of a question each value that its lists offer, as a link.

    A link changes one value, and keeps those that are chosen of the others.
    """
    chosen = {}
    for select in form.xpath(".//select"):
        chosen[select.get("name")] = select.value or ""
    choices = etree.Element("div", {"class": "facet-results"})
    for select in form.xpath(".//select"):
        made = _choices_of(select, form, chosen, change)
        if made is not None:
            choices.append(made)
    if len(choices):
        form.addprevious(choices)
    if unasked and len(choices) < len(form.xpath(".//select | .//input | .//textarea")):
        told = etree.Element("p", {"class": "aside"})
        told.text = unasked
        form.addprevious(told)


def _choices_of(
    select: Any, form: Any, chosen: Mapping[str, str], change: Change
) -> etree._Element | None:
    """The values of one list, below its name; None where there are no pages of them."""
    name = select.get("name")
    found = etree.Element("div", {"class": "facet-info"})
    heading = etree.SubElement(found, "h3", id=f"choose-{name}")
    heading.text = form.xpath("string(.//label[@for = $id])", id=select.get("id")).strip()
    values = etree.SubElement(found, "ul", {"aria-labelledby": f"choose-{name}"})
    for option in select.xpath("./option"):
        value = option.get("value")
        query = {each: text for each, text in {**chosen, name: value}.items() if text}
        address = with_query(form.get("action"), urlencode(query))
        if change(address) is None:
            return None
        link = etree.SubElement(etree.SubElement(values, "li"), "a", href=address)
        link.attrib.update({"data-name": name, "data-value": value})
        link.text = option.text
        if value == chosen[name]:
            link.attrib.update({"class": "chosen", "aria-current": "true"})
    return found


def _exact(value: Any) -> Any:
    """A value as a script reads it: a number with more digits than it keeps as a text."""
    is_long = isinstance(value, int) and abs(value) > MOST_EXACT
    return str(value) if is_long else value


def _add_rows(document: Any, rows: Rows) -> None:
    """Put anchors on the rows of a page, and below it their values and the script of these."""
    lines = document.xpath("//table[contains(@class, 'rows-and-columns')]/tbody/tr")
    for line, anchor in zip(lines, rows.anchors, strict=False):
        line.set("id", anchor)
    facets = document.xpath("//*[contains(@class, 'facet-results')]")
    for each in facets:
        each.set("hidden", "")  # until the script is there
    chosen = chain.from_iterable(each.xpath(".//@data-column") for each in facets)
    columns = list(dict.fromkeys([*chosen, *rows.ordered]))
    if rows.file is not None:
        columns = rows.file["columns"]
    values = []
    for row in rows.rows:
        values.append([_exact(row[column]) for column in columns])
    data = {"columns": columns, "ordered": rows.ordered, "values": values, "words": rows.words}
    if rows.file is not None:
        data["file"] = rows.file
    body = document.body
    told = etree.SubElement(body, "script", type="application/json", id="frozen-rows")
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A text with `</script>` in it would end the element.
    told.text = content.replace("<", "\\u003c")
    etree.SubElement(body, "script", src=rows.script)
