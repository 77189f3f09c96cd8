"""A deposit as Zenodo takes it.

See https://developers.zenodo.org/#deposit-metadata. Zenodo registers a DOI for each version, and
one for all of them, which leads to the newest. The latter is the DOI of the publication.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from openbaar.deposit.made import PACKAGE, Deposit, Given, packed_files, published_facts
from openbaar.deposit.sending import Repository
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.package.catalogues.facts import Contributor, Facts, text
from openbaar.package.catalogues.schema_org import date_published, known
from openbaar.tables.converting.sources import Say, say_nothing

DEPOSITIONS = "/api/deposit/depositions"
LANGUAGES = {"de": "deu", "en": "eng", "fr": "fra", "nl": "nld"}  # by ISO 639-3, as Zenodo has them


def deposit(root: Path) -> Deposit:
    """The published version in `root`.

    Raises OpenbaarError where something is missing that Zenodo requires.
    """
    said = published_facts(root)
    problems = []
    if not said.additions:
        message = "has no licence under 'additions', and Zenodo requires one"
        problems.append(Problem(Place(PACKAGE), message, "state the licence of what you add"))
    if not said.description:
        message = "has no description, and Zenodo requires one"
        problems.append(Problem(Place(PACKAGE), message, "give a 'description'"))
    if problems:
        raise OpenbaarError(problems)
    return Deposit(metadata(said), packed_files(root, said), said.doi)


def metadata(said: Facts) -> dict[str, Any]:
    """What Zenodo is told of a publication.

    Its licence is that of what the publication adds; what holds for the documents is in the notes.
    """
    language = said.language
    return known(
        {
            "upload_type": "dataset",
            "title": text(said.title, language),
            "description": f"<p>{escape(text(said.description, language))}</p>",
            "creators": [_creator(each) for each in said.creators],
            "access_right": "open",
            "license": said.additions[0].name.lower(),
            "notes": text(said.rights, language),
            "keywords": list(said.keywords),
            "version": said.version,
            "language": LANGUAGES.get(language),
            "publication_date": date_published(said),
            "prereserve_doi": True,
        }
    )


def _creator(contributor: Contributor) -> dict[str, Any]:
    name = contributor.title
    if contributor.family is not None and contributor.given is not None:
        name = f"{contributor.family}, {contributor.given}"
    return known({"name": name, "affiliation": contributor.organization})


def send(deposited: Deposit, to: Repository, publish: bool, say: Say = say_nothing) -> Given:
    """Make a draft at Zenodo with the files, and publish it if asked to.

    Where the publication has a DOI, the draft is a new version of the deposit with that DOI, which
    must be of the same account. A draft is seen by its owner only, and has no DOI that works yet.
    Raises OpenbaarError with what Zenodo says in refusal, and where the draft is that was left.
    """
    if deposited.doi is None:
        draft = to.ask("POST", DEPOSITIONS, json={"metadata": dict(deposited.metadata)})
    else:
        draft = _next_draft(deposited, deposited.doi, to)
    own = f"{DEPOSITIONS}/{to.part(draft, 'id')}"
    page = draft.get("links", {}).get("html", f"{to.address}/deposit/{draft['id']}")
    try:
        if deposited.doi is not None:
            _replace_what_it_says(deposited, draft, to, own)
        bucket = urlsplit(to.part(draft, "links", "bucket")).path
        for each in deposited.files:
            say(f"sending {each.name}")
            with each.path.open("rb") as file:
                to.ask("PUT", f"{bucket}/{quote(each.name)}", content=file)
        if not publish:
            return Given(page)
        done = to.ask("POST", f"{own}/actions/publish")
    except OpenbaarError as error:
        message = "is a draft that is not complete"
        left = Problem(Place(page), message, "delete it there, and deposit again")
        raise OpenbaarError([*error.problems, left]) from error
    address = done.get("links", {}).get("record_html", page)
    return Given(address, done.get("conceptdoi") or to.part(done, "doi"))


def _next_draft(deposited: Deposit, doi: str, to: Repository) -> Any:
    """The draft of a new version of the deposit that has the DOI, with the files of the last one.

    Raises OpenbaarError where this account has none, or the last one has this version.
    """
    found = to.ask("GET", DEPOSITIONS, params={"q": f'conceptdoi:"{doi}" OR doi:"{doi}"'})
    if not isinstance(found, list) or not found:
        message = f"has the DOI {doi}, and this account has no deposit with it"
        hint = "use the token of that account, or delete 'doi' if it should become another deposit"
        raise OpenbaarError(Problem(Place(PACKAGE), message, hint))
    last = found[0]
    version = last.get("metadata", {}).get("version")
    if version == deposited.metadata["version"]:
        message = f"is version {version}, which that deposit has already"
        hint = "`openbaar release` makes the next version"
        raise OpenbaarError(Problem(Place(PACKAGE), message, hint))
    begun = to.ask("POST", f"{DEPOSITIONS}/{to.part(last, 'id')}/actions/newversion")
    return to.ask("GET", urlsplit(to.part(begun, "links", "latest_draft")).path)


def _replace_what_it_says(deposited: Deposit, draft: Any, to: Repository, own: str) -> None:
    """Give a draft of a new version its own metadata, and take the files of the last one away."""
    to.ask("PUT", own, json={"metadata": dict(deposited.metadata)})
    for file in draft.get("files", []):
        to.ask("DELETE", f"{own}/files/{to.part(file, 'id')}")
