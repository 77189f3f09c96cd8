"""In which language documents are written, told by the words that every text has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import chain

from openbaar.documents.lines import Document
from openbaar.texts import ENGLISH
from openbaar.yamlfile import parse_yaml

FEWEST_WORDS = 5  # that say nothing else than chance below it
LEAD = 2  # how many times as often as those of the next language they must stand

_WORD = re.compile(r"[^\W\d_]+")


def language_of(documents: Sequence[Document]) -> tuple[str, bool]:
    """The language of the documents, and whether they really say so.

    Of languages that the toolkit speaks: by their words, which are right more often than what a web
    page says of itself; where these do not decide, by that; else English.
    """
    counts = _counts(documents)
    (first, most), (_, next_most) = counts.most_common(2)
    if most >= FEWEST_WORDS and most >= LEAD * next_most:
        return first, True
    said = {document.language for document in documents} & counts.keys()
    return (said.pop(), True) if len(said) == 1 else (ENGLISH, False)


def _counts(documents: Iterable[Document]) -> Counter[str]:
    """How often words of each language stand in the documents."""
    languages = _frequent_words()
    counts = Counter(dict.fromkeys(languages, 0))
    for document in documents:
        texts = [line.text for line in document.lines]
        for text in chain(texts, *document.above.values()):
            words = {word.lower() for word in _WORD.findall(text)}
            for language, frequent in languages.items():
                counts[language] += len(words & frequent)
    return counts


def _frequent_words() -> dict[str, frozenset[str]]:
    """The frequent words of each language."""
    name = "languages.yaml"
    text = (resources.files("openbaar.authoring.draft") / name).read_text("utf-8")
    return {language: frozenset(words) for language, words in parse_yaml(text, name).data.items()}
