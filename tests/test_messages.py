"""The words of the interface are complete in each of its languages, and none is left over."""

from __future__ import annotations

import ast
from functools import lru_cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.pofile import read_po
from datasette.filters import Filters

from messages import LOCALES, PACKAGE, messages_in_use
from openbaar.site.pages.comparisons import COMPARISONS
from openbaar.texts import ENGLISH, INTERFACE_LANGUAGES, catalogue, localized, spoken

TRANSLATED = [language for language in INTERFACE_LANGUAGES if language != ENGLISH]


@lru_cache
def in_use() -> dict[str, Message]:
    """The messages that the interface holds, by their English text."""
    return by_text(messages_in_use())


@lru_cache
def translations(language: str) -> Catalog:
    """The catalogue of a language as translators edit it."""
    path = LOCALES / language / "LC_MESSAGES" / "openbaar.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def by_text(messages: Catalog) -> dict[str, Message]:
    """Messages by their English text, by the singular where there is a plural too."""
    found = {}
    for message in messages:
        text = message.id[0] if isinstance(message.id, tuple) else message.id
        if text:
            found[text] = message
    return found


def test_no_message_is_in_an_f_string() -> None:
    """Babel reads Python by its tokens, and an f-string was a single token before Python 3.12."""
    hidden = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
                hidden += [(path.name, call.lineno) for call in calls if translates(call)]
    assert hidden == []


def translates(call: ast.Call) -> bool:
    """Whether a function that is called is one of those that translate."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in DEFAULT_KEYWORDS


def test_each_language_of_the_interface_has_a_catalogue() -> None:
    found = {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/openbaar.po")}
    assert found == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_no_translation_is_left_over(language: str) -> None:
    known = by_text(translations(language))
    assert sorted(in_use().keys() - known.keys()) == []
    assert sorted(known.keys() - in_use().keys()) == []
    assert translations(language).obsolete == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_has_a_text_for_each_plural_form(language: str) -> None:
    incomplete = []
    for text, message in by_text(translations(language)).items():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = translations(language).num_plurals if in_use()[text].pluralizable else 1
        if len(forms) != wanted or not all(forms) or message.fuzzy:
            incomplete.append(text)
    assert incomplete == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_the_same_names(language: str) -> None:
    differences = []
    for text, message in by_text(translations(language)).items():
        message.flags |= in_use()[text].flags  # python-format
        differences += [(text, str(error)) for error in message.check(translations(language))]
    assert differences == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_the_plural_forms_of_its_language(language: str) -> None:
    assert translations(language).plural_forms == Catalog(locale=language).plural_forms


def test_every_comparison_of_datasette_is_marked_for_translation() -> None:
    shown = {name for _, name, _ in Filters([]).lookups()}
    assert shown - set(COMPARISONS) == set()
    assert set(COMPARISONS) - shown <= {"does not contain"}  # only Datasette 1.0 compares so


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (("nl",), "nl"),
        (("es", "nl"), "nl"),
        (("es", "pt"), "en"),
        (("de-AT", "nl"), "de"),
        (("FR",), "fr"),
        (("en", "nl"), "en"),
        (("../nl", "", "nl.po"), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_is_spoken_counts(
    languages: tuple[str, ...], expected: str
) -> None:
    assert spoken(*languages) == expected


def test_a_catalogue_speaks_the_first_language_that_has_one() -> None:
    said = [catalogue(*each).gettext("unknown") for each in (("nl",), ("es", "nl"), ("es",), ())]
    assert said == ["onbekend", "onbekend", "unknown", "unknown"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ({"nl": "Gestart", "en": "Started", "fr": "Commencé"}, "Commencé"),
        ({"nl": "Gestart", "en": "Started"}, "Gestart"),
        ({"nl": "", "en": "Started"}, "Started"),
        ({}, ""),
    ],
)
def test_a_text_falls_back_on_the_first_language_and_then_on_english(
    text: dict[str, str], expected: str
) -> None:
    assert localized(text, "fr") == expected
