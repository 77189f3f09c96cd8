"""Places and verdicts in words, as pages, downloads and descriptions have them.

`words` is the catalogue of the language to say them in. This imports little: the site runs it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from babel.support import NullTranslations


def lines_text(first: object, last: object, words: NullTranslations) -> str:
    """Lines of a document: `line 8`, `lines 4–6`."""
    if first == last:
        return str(words.gettext("line %(first)s") % {"first": first})
    return str(words.gettext("lines %(first)s–%(last)s") % {"first": first, "last": last})


def place_text(first: int, last: int, words: NullTranslations, page: str, last_page: str) -> str:
    """Lines with the page or the sheet that they are on; of several pages only these.

    after: `page 2, lines 4–6`, `pages 2–3`, `sheet Regions, line 4`
    """
    if last_page and last_page != page:
        return str(words.gettext("pages %(first)s–%(last)s") % {"first": page, "last": last_page})
    lines = lines_text(first, last, words)
    if not page:
        return lines
    place = {"page": page, "lines": lines}
    if is_sheet(page):
        return str(words.gettext("sheet %(page)s, %(lines)s") % place)
    return str(words.gettext("page %(page)s, %(lines)s") % place)


def is_sheet(page: str) -> bool:
    """Whether a page is a sheet of a workbook: pages have numbers, sheets names."""
    return bool(page) and not page.isdigit()


def answer_text(question: str, words: NullTranslations) -> str:
    """The answer to a question of the document: `answer 1c`."""
    return str(words.gettext("answer %(question)s") % {"question": question})


def verdicts_text(rows: Iterable[Mapping[str, Any]], words: NullTranslations) -> list[str]:
    """What rows of `reconciliation` found: a sentence for each kind of check that there is."""
    found = Counter((row["kind"], row["verdict"]) for row in rows)
    kinds: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    for (kind, verdict), times in found.items():
        kinds[kind] += times
        verdicts[verdict] += times
    sentences = []
    for kind in ("stated_total", "identity", "rule"):
        equal = found[kind, "equal"]
        count = kinds[kind]
        if count:
            say = _all_hold if equal == count else _how_many_hold
            sentences.append(say(kind, count, words) % {"equal": equal, "all": count})
    rounded = verdicts["rounded"]
    if rounded:
        sentence = words.ngettext(
            "%(all)s differs by rounding only.", "%(all)s differ by rounding only.", rounded
        )
        sentences.append(str(sentence) % {"all": rounded})
    explained = verdicts["explained"]
    if explained:
        sentence = words.ngettext(
            "%(all)s difference is explained.", "%(all)s differences are explained.", explained
        )
        sentences.append(str(sentence) % {"all": explained})
    return sentences


def _all_hold(kind: str, count: int, words: NullTranslations) -> str:
    """A sentence that says that all `count` checks of one kind hold, with `%(all)s` to fill in."""
    if kind == "stated_total":
        sentence = words.ngettext(
            "The stated total adds up.", "All %(all)s stated totals add up.", count
        )
    elif kind == "identity":
        sentence = words.ngettext(
            "The sum agrees with another table.",
            "All %(all)s sums agree with other tables.",
            count,
        )
    else:
        sentence = words.ngettext(
            "The rule holds for each row.", "All %(all)s rules hold for each row.", count
        )
    return str(sentence)


def _how_many_hold(kind: str, count: int, words: NullTranslations) -> str:
    """A sentence about `count` checks of one kind, with `%(equal)s` and `%(all)s` to fill in."""
    if kind == "stated_total":
        sentence = words.ngettext(
            "%(equal)s of %(all)s stated total adds up.",
            "%(equal)s of %(all)s stated totals add up.",
            count,
        )
    elif kind == "identity":
        sentence = words.ngettext(
            "%(equal)s of %(all)s sum agrees with another table.",
            "%(equal)s of %(all)s sums agree with another table.",
            count,
        )
    else:
        sentence = words.ngettext(
            "%(equal)s of %(all)s rule holds for each row.",
            "%(equal)s of %(all)s rules hold for each row.",
            count,
        )
    return str(sentence)
