"""Texts for readers: those that authors wrote, and those of the toolkit itself.

What the toolkit says is written in English in the code and translated in gettext catalogues,
`locales/<language>/LC_MESSAGES/openbaar.po`, which are read as they are edited.

A language that something is not given in falls back in one order everywhere: the language of the
reader, the first language of the publication, English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import localcontext
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from pydantic_core import core_schema

ENGLISH = "en"  # the language of the messages in the code
INTERFACE_LANGUAGES = (ENGLISH, "nl", "de", "fr")
# https://unicode.org/reports/tr35/tr35-dates.html#Date_Field_Symbol_Table
MONTHS = {"long": "yMMMM", "medium": "yMMM"}
# Of a number that is written out: before the point, and behind it as far as another one needs them.
MOST_DIGITS = 700
_DAY_OR_MONTH = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")


class Localized(dict[str, str]):
    """A text for readers by language, the first language first: `{nl: Gestart, en: Started}`.

    A type of its own, so that a text is known by its model, not by the name of its key.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """Let pydantic read a mapping of texts as one of these."""
        texts = core_schema.dict_schema(core_schema.str_schema(), core_schema.str_schema())
        by_language = core_schema.with_info_before_validator_function(_not_one_text, texts)
        return core_schema.no_info_after_validator_function(cls, by_language)


def _not_one_text(value: Any, info: core_schema.ValidationInfo) -> Any:
    """What stands where a text in each language is expected. Raises ValueError for one text."""
    if isinstance(value, str):
        languages = (info.context or {}).get("languages") or (ENGLISH,)
        first, *others = languages
        texts = ", ".join([f"{first}: {value}", *(f"{language}: …" for language in others)])
        raise ValueError(f"should be given for each language, such as {{{texts}}}")
    return value


def shortened(text: str, longest: int) -> str:
    """A text of at most so many characters; one that is longer is cut, and ends in `…`."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def is_unknown(text: str) -> bool:
    """Whether a text is the word by which `openbaar init` says that nobody has said anything.

    >>> is_unknown("onbekend")
    True
    """
    return text in _words_for_unknown()


@cache
def _words_for_unknown() -> frozenset[str]:
    return frozenset(catalogue(each).gettext("unknown") for each in INTERFACE_LANGUAGES)


def localized(text: Mapping[str, str], language: str) -> str:
    """The text in `language`; where it has none, in its first language; else in English."""
    first = next(iter(text), ENGLISH)
    for each in (language, first, ENGLISH):
        if text.get(each):
            return text[each]
    return ""


@lru_cache(maxsize=256)  # each word of a page asks for it
def spoken(*languages: str) -> str:
    """The first of the languages that the toolkit speaks, English where it speaks none of them.

    A regional form of a language counts as that language: `spoken("de-AT")` is `de`.
    """
    for language in languages:
        primary = language.partition("-")[0].lower()
        if primary in INTERFACE_LANGUAGES:
            return primary
    return ENGLISH


def catalogue(*languages: str) -> NullTranslations:
    """What the toolkit says, in the first of the languages that it speaks.

    Give the language of the reader, then the first language of the publication:
    `catalogue("es", "nl").gettext("unknown")` is `onbekend`.
    """
    return _catalogue_of(spoken(*languages))


@lru_cache(maxsize=len(INTERFACE_LANGUAGES))
def _catalogue_of(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    path = resources.files("openbaar") / "locales" / language / "LC_MESSAGES" / "openbaar.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """How a language writes numbers and names months; as English does where it is not known."""
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def figure_text(value: float, decimals: int | None, language: str) -> str:
    """A number as a language writes it, with so many digits behind the point.

    Without `decimals` it has as many as are usual there.
    """
    form = None
    if decimals is not None:
        form = "#,##0." + decimals * "0" if decimals else "#,##0"
    with localcontext(prec=MOST_DIGITS):
        return str(format_decimal(value, format=form, locale=locale_of(language)))


@lru_cache(maxsize=256)  # each page links to itself in each language
def language_name(language: str, shown_in: str) -> str:
    """The name of a language in another one, by the Unicode CLDR; its code where it is unknown."""
    try:
        name = Locale.parse(language).get_display_name(shown_in)
    except (UnknownLocaleError, ValueError):
        return language
    return language if name is None else str(name)


@lru_cache(maxsize=20_000)  # each row of a table of days asks for one
def day_in_words(value: str, language: str, width: str = "long") -> str | None:
    """A day or a month as a language writes it, by the Unicode CLDR; None where it is neither.

    `width` is how short names are: `long` or `medium`.

    before: "2023-01-09", "2023-01"
    after: "9 januari 2023", "januari 2023"
    """
    if _DAY_OR_MONTH.fullmatch(value) is None:
        return None
    locale = locale_of(language)
    try:
        if len(value) == len("2023-01"):
            month = date.fromisoformat(f"{value}-01")
            return format_skeleton(MONTHS[width], month, locale=locale)
        return format_date(date.fromisoformat(value), width, locale=locale)
    except ValueError:  # a month 13
        return None


def N_(message: str) -> str:  # noqa: N802  the name that gettext users know
    """The message as it is, marked for translation where it is used later."""
    return message
