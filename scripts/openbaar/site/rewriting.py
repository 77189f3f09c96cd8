"""The links of a page, as they are and replaced one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import html

Change = Callable[[str], str | None]


def links(page: str) -> list[str]:
    """The addresses on a page, outside its forms, in order."""
    return [address for _, _, address, _ in _without_forms(page).iterlinks()]


def rewritten(page: str, change: Change) -> str:
    """The page with each address as `change` gives it, without the address where that is None.

    Forms go, with what is in them: they ask something of a running site. So do nonces, which belong
    to one answer, and <link> elements without an address.

    >>> rewritten('<!DOCTYPE html><p><a href="/x">X</a></p>', lambda address: f"..{address}")
    '<!DOCTYPE html>\\n<html><body><p><a href="../x">X</a></p></body></html>'
    """
    document = _without_forms(page)
    for element in document.xpath("//*[@nonce]"):
        del element.attrib["nonce"]
    document.rewrite_links(change)
    for element in document.xpath("//link[not(@href)]"):
        element.drop_tree()
    return str(html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>"))


def _without_forms(page: str) -> Any:
    document = html.document_fromstring(page)
    for form in document.xpath("//form"):
        form.drop_tree()
    return document
