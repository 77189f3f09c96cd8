"""`openbaar add`: documents that a publication does not have yet, and a draft of each table seen.

What is there stays as it is, comments included: the package file gets an item in two of its lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from openbaar.authoring.draft.authored import Entry, flow
from openbaar.authoring.draft.finding.received import Received, received
from openbaar.authoring.draft.project import drafts_in, report_of
from openbaar.authoring.draft.trial import Tried
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content
from openbaar.holding import alone
from openbaar.placing import write_files
from openbaar.tables.authored.publication import PACKAGE, Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.sources import Say, say_nothing

# The keys of the package file that a table is read with; drafts are tried under the same.
_READ_WITH = (
    "name", "version", "languages", "title", "description", "contributors", "licenses", "additions",
    "numbers",
)  # fmt: skip
GUESSED = (
    "title (of the page or the file), how it is read; say author, date and license where known"
)


def add(root: Path, documents: Sequence[Path], say: Say = say_nothing) -> list[str]:
    """Add `documents` to the publication in `root`, each with a draft of each table seen in it.

    Returns what was seen and not understood. Raises OpenbaarError with every document that is there
    already or cannot be read; then nothing is written.
    """
    with alone(root, say) as work:
        publication = load_publication(root)
        languages = publication.package.languages
        found = [each.titled_in(languages) for each in received(documents)]
        _check_are_new(root, documents)
        drafts: list[Tried] = []
        report: list[str] = []
        for each in found:
            taken = [*publication.tables, *_names(drafts)]
            package = _package(publication, each.entry)
            tried = list(drafts_in(each, each.path, package, languages, taken))
            drafts += tried
            report += report_of(each, tried)
        written = write_files(root, _files(root, found, drafts), work)
    return [*report, *(f"wrote {name}" for name in written)]


def _check_are_new(root: Path, documents: Sequence[Path]) -> None:
    """Raises OpenbaarError with each document that is there already."""
    there = [each for each in documents if (root / "sources" / each.name).exists()]
    if there:
        raise OpenbaarError(map(_there_already, there))


def _names(drafts: Sequence[Tried]) -> list[str]:
    return [draft.name for draft in drafts]


def _files(
    root: Path, documents: Sequence[Received], drafts: Sequence[Tried]
) -> dict[str, Content]:
    """The documents, the table file of each draft, and the package file that lists them."""
    files: dict[str, Content] = {each.path: each.data for each in documents}
    files |= {f"tables/{draft.name}.yaml": draft.text.encode() for draft in drafts}
    entries = [each.entry for each in documents]
    files[PACKAGE] = _with_all(root, entries, drafts).encode("utf-8")
    return files


def _there_already(document: Path) -> Problem:
    message = f"cannot be added: sources/{document.name} is there already"
    hint = "try a new edition with `openbaar update`; give another document another name"
    return Problem(Place(str(document)), message, hint)


def _package(publication: Publication, document: Mapping[str, object]) -> list[Entry]:
    """The package file that the drafts of a document are tried with."""
    said = publication.files["package"].data
    kept = [Entry(key, said[key]) for key in _READ_WITH if key in said]
    return [*kept, Entry("documents", [document])]


def _with_all(
    root: Path, documents: Sequence[Mapping[str, object]], drafts: Sequence[Tried]
) -> str:
    """The text of the package file with the documents and the tables added."""
    text = (root / PACKAGE).read_bytes().decode("utf-8")
    text = with_items(text, "documents", [flow(dict(each)) for each in documents], GUESSED)
    return with_items(text, "tables", _names(drafts))


def with_items(text: str, key: str, items: Sequence[str], guess: str = "") -> str:
    """The YAML text of a mapping with items at the end of the list under `key`; all else is kept.

    `guess` becomes a comment of each item, where the list has a line for each.

    before: "tables: [a, b]  # in order\\n", "tables", ["c"]
    after: "tables: [a, b, c]  # in order\\n"
    """
    found = _list(text, key)
    if found.flow_style:
        end = found.end_mark.index - 1  # of the closing bracket
        before = text[:end].rstrip()
        separator = {"[": "", ",": " "}.get(before[-1], ", ") if items else ""
        return f"{before}{separator}{', '.join(items)}{text[end:]}"
    indent = " " * found.start_mark.column
    end = _end(text, found.end_mark.index)
    comment = f"  # guess: {guess}" if guess else ""
    added = "".join(f"{indent}- {item}{comment}\n" for item in items)
    return f"{text[:end].rstrip()}\n{added}{text[end:]}"


def _list(text: str, key: str) -> yaml.SequenceNode:
    """The list under a key of a YAML mapping. Raises LookupError where there is none."""
    whole: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for name, value in whole.value:
        if name.value == key and isinstance(value, yaml.SequenceNode):
            return value
    raise LookupError(f"{PACKAGE} has no list '{key}'")


def _end(text: str, end: int) -> int:
    """Where what ends before `end` really ends: comments and blank lines belong to what follows."""
    while True:
        start = text.rfind("\n", 0, max(end - 1, 0)) + 1
        line = text[start:end].strip()
        if start == 0 or (line and not line.startswith("#")):
            return end
        end = start
