"""The links of a page, replaced one by one; everything else stays as it was written."""

from __future__ import annotations

import html
from collections.abc import Callable
from html.parser import HTMLParser

# Which attribute of which element is an address.
ADDRESSES = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "source": "src",
    "use": "href",
    "object": "data",
}
Change = Callable[[str], str | None]


def rewritten(page: str, change: Change) -> str:
    """The page with each address as `change` gives it; without the address, or a script of it, where that is None.

    Forms go, with what is in them: they ask something of a running site. So do nonces, which belong to one answer.
    """
    rewriter = _Rewriter(change)
    rewriter.feed(page)
    rewriter.close()
    return "".join(rewriter.out)


class _Rewriter(HTMLParser):
    """Copies the source of a page as it goes through it."""

    def __init__(self, change: Change) -> None:
        super().__init__(convert_charrefs=False)
        self.change = change
        self.out: list[str] = []
        self.forms = 0

    def _copy(self, text: str) -> None:
        if not self.forms:
            self.out.append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag, its address changed."""
        if tag == "form":
            self.forms += 1
        if tag == "meta" and (dict(attrs).get("http-equiv") or "").lower() == "refresh":
            before, _, address = (dict(attrs).get("content") or "").partition("url=")
            self._copy(
                f'<meta http-equiv="refresh" content="{before}url={html.escape(self.change(address) or "")}">'
            )
            return
        source = self.get_starttag_text() or ""
        name = ADDRESSES.get(tag)
        given = dict(attrs).get(name or "")
        if self.forms or (not given and "nonce" not in dict(attrs)):
            self._copy(source)
            return
        kept = []
        for key, value in attrs:
            new = self.change(value) if key == name and value else value
            if key == "nonce" or (key == name and value and new is None):
                continue
            kept.append(key if new is None else f'{key}="{html.escape(new)}"')
        gone = tag == "link" and not any(each.startswith("href=") for each in kept)
        end = "/>" if source.endswith("/>") else ">"
        self._copy("" if gone else f"<{' '.join([tag, *kept])}{end}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag that closes itself."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Copy an end tag."""
        self._copy(f"</{tag}>")
        if tag == "form" and self.forms:
            self.forms -= 1

    def handle_data(self, data: str) -> None:
        """Copy text."""
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        """Copy an entity."""
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numbered character."""
        self._copy(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Copy the doctype."""
        self._copy(f"<!{decl}>")
