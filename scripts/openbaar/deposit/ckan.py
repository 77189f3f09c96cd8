"""A deposit as CKAN takes it, the program of most open data portals.

See https://docs.ckan.org/en/latest/api/. Each table is a resource of its own, so that a portal can
show its rows. A dataset that this publication made before is brought up to date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openbaar.deposit.made import Deposit, DepositFile, Given, packed_files, published_facts
from openbaar.deposit.sending import Repository
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import sha256_of
from openbaar.package.catalogues.facts import Facts, text
from openbaar.package.catalogues.schema_org import date_published, known
from openbaar.schema.conventions import NOT_SPECIFIED
from openbaar.tables.converting.sources import Say, say_nothing

ACTION = "/api/3/action"
IDENTIFIER = "identifier"  # the extra by which a dataset is known as ours
# The names that CKAN has for licences, by those of SPDX.
LICENCES = {
    "CC0-1.0": "cc-zero",
    "CC-BY-4.0": "cc-by",
    "CC-BY-SA-4.0": "cc-by-sa",
    "ODbL-1.0": "odc-odbl",
    "ODC-By-1.0": "odc-by",
    "PDDL-1.0": "odc-pddl",
}


def deposit(root: Path, organisation: str | None = None) -> Deposit:
    """The published version in `root`, for an organisation of the portal.

    Raises OpenbaarError where it was not published.
    """
    said = published_facts(root)
    files = []
    for table in said.tables:
        told = {"format": "CSV", "description": text(table.description, said.language)}
        files.append(_resource(root / f"tables/{table.name}.csv", told))
    for each in packed_files(root, said):
        files.append(_resource(each.path, {"format": each.path.suffix.removeprefix(".").upper()}))
    return Deposit(metadata(said, organisation), files)


def _resource(path: Path, told: Mapping[str, str]) -> DepositFile:
    return DepositFile(path, path.name, {**told, "hash": sha256_of(path)})


def metadata(said: Facts, organisation: str | None = None) -> dict[str, Any]:
    """What CKAN is told of a publication, in its first language."""
    language = said.language
    extras = {
        IDENTIFIER: said.id or said.name,
        "doi": said.doi,
        "issued": said.issued,
        "modified": date_published(said),
        "language": ", ".join(said.languages),
        "rights": text(said.rights, language),
        "temporal": None if said.period is None else "/".join(said.period),
    }
    contact = said.contact
    return known(
        {
            "name": said.name,
            "title": text(said.title, language),
            "notes": text(said.description, language),
            "version": said.version,
            "url": said.homepage,
            "author": ", ".join(each.title for each in said.creators),
            "maintainer": None if contact is None else text(contact.name, language),
            "maintainer_email": None if contact is None else contact.email,
            "license_id": _licence(said),
            "owner_org": organisation,
            "tags": [{"name": name} for name in _tags(said)],
            "extras": [{"key": key, "value": value} for key, value in known(extras).items()],
        }
    )


def _licence(said: Facts) -> str:
    """The licence of the figures, as CKAN calls it."""
    if not said.licences:
        return NOT_SPECIFIED
    name = said.licences[0].name
    return LICENCES.get(name, name)


def _tags(said: Facts) -> list[str]:
    """The keywords with the characters that CKAN allows in a tag."""
    tags = [re.sub(r"[^\w .-]", " ", keyword).strip() for keyword in said.keywords]
    return [tag for tag in dict.fromkeys(tags) if len(tag) > 1]


def send(deposited: Deposit, to: Repository, publish: bool, say: Say = say_nothing) -> Given:
    """Make or renew the dataset with its files; private to its organisation unless `publish`.

    What failed half-way is finished by doing it again. Raises OpenbaarError with what CKAN says in
    refusal, and where the name is that of a dataset of somebody else.
    """
    wanted = {**deposited.metadata, "private": not publish}
    name = str(wanted["name"])
    page = f"{to.address}/dataset/{name}"
    found = to.find(f"{ACTION}/package_show", params={"id": name})
    if found is None:
        dataset = _done(to, "package_create", json=wanted)
    else:
        known = to.part(found, "result")
        _check_ours(known, wanted, page)
        dataset = _done(to, "package_patch", json={**wanted, "id": to.part(known, "id")})
    there = {each["name"]: each["id"] for each in dataset.get("resources", [])}
    for each in deposited.files:
        say(f"sending {each.name}")
        _send_file(to, each, to.part(dataset, "id"), there.get(each.name))
    return Given(page)


def _check_ours(found: Mapping[str, Any], wanted: Mapping[str, Any], page: str) -> None:
    """Raise OpenbaarError where a dataset was not made of this publication."""
    if _identifier(found) != _identifier(wanted):
        message = "is a dataset that was not made of this publication"
        hint = "delete or rename one of them; openbaar changes only what it made"
        raise OpenbaarError(Problem(Place(page), message, hint))


def _identifier(dataset: Mapping[str, Any]) -> str | None:
    extras = {each["key"]: each["value"] for each in dataset.get("extras", [])}
    return extras.get(IDENTIFIER)


def _send_file(to: Repository, file: DepositFile, dataset: str, resource: str | None) -> None:
    told = {"name": file.name, "package_id": dataset, **file.metadata}
    action = "resource_create"
    if resource is not None:
        told["id"] = resource
        action = "resource_patch"
    with file.path.open("rb") as content:
        _done(to, action, data=told, files={"upload": (file.name, content)})


def _done(to: Repository, action: str, **sent: Any) -> Any:
    return to.part(to.ask("POST", f"{ACTION}/{action}", **sent), "result")
