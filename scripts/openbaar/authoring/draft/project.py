"""`openbaar init`: a folder with documents, a draft of each table seen, a package file."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openbaar.authoring.draft.authored import Entry, authored
from openbaar.authoring.draft.finding.printed import kind, split_row
from openbaar.authoring.draft.finding.received import Received, received
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.authoring.draft.finding.vocabulary import vocabulary
from openbaar.authoring.draft.guessing.columns import unique
from openbaar.authoring.draft.guessing.language_guess import language_of
from openbaar.authoring.draft.trial import Tried, best_draft
from openbaar.authoring.scaffold.files import scaffold
from openbaar.documents.lines import SEPARATOR, Document, Line
from openbaar.errors import OpenbaarError, Place, Problem, counted
from openbaar.schema.conventions import NOT_SPECIFIED, TRUST_TABLES, UNKNOWN
from openbaar.texts import catalogue, shortened

SHOWN_PLACES = 10  # places that are not understood which are named for each document
NOT_TOLD = "the documents do not tell"
LONGEST_LINE = 80  # characters of a line that is shown


def init(
    folder: Path, documents: Sequence[Path], language: str | None = None, minimal: bool = False
) -> list[str]:
    """Make a publication of `documents` in `folder`; returns what was seen and not understood.

    Without a `language`, the publication has that of the documents. `minimal` leaves out what
    stands around a publication: readme, make, continuous integration, container.
    Raises OpenbaarError with every document that cannot be read, and when the folder holds
    anything already; then nothing is written.
    """
    _check_is_new(folder)
    chosen, found = _in_language(received(documents), language)
    drafts: list[Tried] = []
    report: list[str] = []
    for each in found:
        document = None if each is found[0] else each.path
        package = _package(folder, [each.entry], chosen)
        tried = list(drafts_in(each, document, package, [chosen.name], _names(drafts)))
        drafts += tried
        report += report_of(each, tried)
    files = {f"tables/{draft.name}.yaml": draft.text.encode() for draft in drafts}
    files |= {each.path: each.data for each in found}
    entries = _package(folder, [each.entry for each in found], chosen)
    entries.append(Entry("tables", _names(drafts)))
    files["tables/package.yaml"] = authored(entries).encode()
    if not minimal:
        files |= scaffold(_publication_name(folder), len(drafts))
    _put(folder, files)
    if chosen.guess == NOT_TOLD:
        report.append(
            f"look: {NOT_TOLD} their language; `--language` says another than {chosen.name}"
        )
    report.append(
        f"wrote {folder}; next: confirm the guesses, which `openbaar --project {folder} check` "
        f"lists, and look: `openbaar --project {folder} preview`"
    )
    return report


def _check_is_new(folder: Path) -> None:
    """Raises OpenbaarError where a folder holds anything."""
    if not folder.exists():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        what = "exists already and will not be overwritten"
        hint = "name a new folder; `openbaar add` adds documents to a publication that is there"
        raise OpenbaarError(Problem(Place(str(folder)), what, hint))


def drafts_of(path: Path, language: str) -> list[Tried]:
    """The drafts of one document, as `init` would make them; nothing is written.

    Raises OpenbaarError where the document cannot be read.
    """
    chosen, (each,) = _in_language(received([path]), language)
    package = _package(path.parent, [each.entry], chosen)
    return list(drafts_in(each, None, package, [language], ()))


@dataclass(frozen=True)
class _Language:
    """The language of a publication; `guess` says how it was found where nobody chose it."""

    name: str
    guess: str = ""


def _in_language(
    found: Sequence[Received], language: str | None
) -> tuple[_Language, list[Received]]:
    """The language of a publication, chosen or told by its documents, and these titled in it."""
    if language is not None:
        chosen = _Language(language)
    else:
        name, certain = language_of([each.document for each in found])
        said = "the words of the documents" if certain else NOT_TOLD
        chosen = _Language(name, said)
    return chosen, [each.titled_in([chosen.name]) for each in found]


def _names(drafts: Sequence[Tried]) -> list[str]:
    return [draft.name for draft in drafts]


def drafts_in(
    each: Received,
    document: str | None,
    package: Sequence[Entry],
    languages: Sequence[str],
    taken: Collection[str],
) -> Iterator[Tried]:
    """A draft of each sighting of a document, under names that are not `taken` yet.

    `document` is the path of the document where it is not the first, `package` the package file
    that the drafts are tried with.
    """
    names = {*TRUST_TABLES, *taken}
    for sighting in each.sightings:
        name = unique(_name(sighting, Path(each.path).stem), names)
        names.add(name)
        yield best_draft(name, sighting, languages, document, package)


def _name(sighting: Sighting, stem: str) -> str:
    """What a table is called: by the number in its title, by its sheet, or by its document."""
    starts = "|".join(re.escape(word.rstrip(".")) for word in vocabulary().title_words)
    found = re.match(rf"(?i)\s*({starts})\.?\s+([\w-]*\d[\w-]*)", sighting.title)
    if found:
        return f"{found[1]} {found[2]}"
    sheet = sighting.document.line(sighting.first).page
    if not isinstance(sheet, str) or not sighting.document.is_grid:
        return stem
    return sheet if sheet[:1].isalpha() else f"{stem} {sheet}"  # a year says nothing alone


def _publication_name(folder: Path) -> str:
    """What the publication is called: as its folder, in letters that an address may have."""
    return unique(folder.resolve().name, ()).replace("_", "-")


def _package(
    folder: Path, documents: Sequence[Mapping[str, Any]], chosen: _Language
) -> list[Entry]:
    """The package file without its list of tables; what nobody said is unknown."""
    language = chosen.name
    unknown = catalogue(language).gettext(UNKNOWN)
    nobody = {"name": NOT_SPECIFIED, "title": unknown}
    guessed = (
        "titles (of pages, else the names of files), how each is read (a PDF, page breaks, the "
        "encoding, hidden parts); say author, date and license where they are known"
    )
    unsaid = "nobody has said it; delete this comment where it stays unknown"
    name = _publication_name(folder)
    if name == language:
        name = f"{name}-data"  # a language has addresses of its own
    return [
        Entry("name", name, "the name of the folder"),
        Entry("version", "0.1.0"),
        Entry("languages", [language], chosen.guess),
        Entry("title", {language: unknown}, unsaid),
        Entry("description", {language: unknown}, unsaid),
        Entry("contributors", [{"title": unknown}], unsaid),
        Entry("licenses", [nobody], unsaid),
        Entry("additions", [nobody], unsaid),
        Entry("documents", list(documents), guessed),
    ]


def _line_count(document: Document) -> int:
    """How many lines a document has; nothing behind the last line end is one."""
    if document.lines[-1].shown == "":
        return len(document.lines) - 1
    return len(document.lines)


def report_of(each: Received, tried: Sequence[Tried]) -> Iterator[str]:
    """What was seen in a document, and where it holds figures that no table reads."""
    document = each.document
    yield f"{each.path}: {_line_count(document)} lines, {counted(len(tried), 'table')}"
    for remark in each.remarks:
        yield f"  look: {remark}"
    for draft in tried:
        place = document.place(draft.sighting.first, draft.sighting.last)
        yield f"  {draft.name}: {place}, {draft.result.columns} columns; {draft.outcome}"
    if not tried:
        yield "  no table was found in it; write a table file with a recipe"
    missed = list(_missed(each))
    for line in missed[:SHOWN_PLACES]:
        text = shortened(line.shown, LONGEST_LINE).strip()
        yield f"  not understood: {document.place(line.number)}: {text}"
    if len(missed) > SHOWN_PLACES:
        count = len(missed) - SHOWN_PLACES
        yield f"  … and {count} more places with figures that no table reads"


def _missed(each: Received) -> Iterator[Line]:
    """The lines with several figures that are in no table; of adjoining ones, the first."""
    before = -1
    for line in each.document.lines:
        if each.is_in_table(line) or not _holds_figures(line, each.document.is_grid):
            continue
        if line.number > before + 1:
            yield line
        before = line.number


def _holds_figures(line: Line, is_grid: bool) -> bool:
    """Whether a line holds two figures or more, a number among them."""
    cells = line.text.split(SEPARATOR) if is_grid else split_row(line.text)[1]
    kinds = [kind(cell) for cell in cells]
    numbers = kinds.count("number")
    return numbers > 0 and numbers + kinds.count("year") > 1


def _put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into a folder beside `folder`, which then takes its place.

    A failure leaves nothing behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    try:
        for name, data in files.items():
            target = staging / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        staging.rename(folder)  # the system refuses it if something came into the folder meanwhile
    finally:
        shutil.rmtree(staging, ignore_errors=True)
