"""Texts for readers, given in each language of a publication, and the words of the toolkit itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from babel import Locale, UnknownLocaleError
from pydantic_core import core_schema

from openbaar.yamlfile import parse_yaml


class Localized(dict[str, str]):
    """A text for readers by language: `{nl: Gestart, en: Started}`.

    A type of its own, so that what is a text is known by its model and not guessed from the name of its key.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """Let pydantic read a mapping of texts as one of these."""
        texts = core_schema.dict_schema(core_schema.str_schema(), core_schema.str_schema())
        return core_schema.no_info_after_validator_function(cls, texts)


def localized(text: Mapping[str, str], language: str) -> str:
    """The text in `language`; where it has none, in English; else in the first language given."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


@lru_cache(maxsize=8)
def words(language: str) -> dict[str, str]:
    """Every key of `words.yaml` with its text in `language`, or in English where it has none in that."""
    file = parse_yaml(
        (resources.files("openbaar") / "words.yaml").read_text("utf-8"), "openbaar/words.yaml"
    )
    return {key: localized(texts, language) for key, texts in file.data.items()}


def language_name(language: str, shown_in: str) -> str:
    """What a language is called in another one, by the Unicode CLDR; its code where that is unknown."""
    try:
        name = Locale.parse(language).get_display_name(shown_in)
    except (UnknownLocaleError, ValueError):
        return language
    return language if name is None else str(name)
