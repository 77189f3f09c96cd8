"""The hand-made publication as one whose author stated everything that catalogues ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
PERSON = {
    "title": "An Peeters",
    "givenName": "An",
    "familyName": "Peeters",
    "organization": "Agentschap X",
    "path": "https://agency.example/an",
    "roles": ["creator", "dataCurator"],
}
STATED: dict[str, Any] = {
    "id": "urn:uuid:6d5e8b0a-6f4a-4c44-9a55-2f5f6f0c9f11",
    "homepage": "https://data.example",
    "doi": "10.1234/gemeenten",
    "keywords": {"nl": ["gemeenten"], "en": ["municipalities"]},
    "publisher": {
        "name": {"nl": "Agentschap X", "en": "Agency X"},
        "path": "https://agency.example",
        "type": "RegionalAuthority",
    },
    "contact": {"name": {"nl": "Dienst", "en": "Desk"}, "email": "data@agency.example"},
    "contributors": [PERSON],
    "licenses": [LICENCE],
    "themes": ["GOVE"],
    "places": ["http://publications.europa.eu/resource/authority/country/BEL"],
    "period": {"first": "1961-01-01", "last": "2019-12-31"},
    "frequency": "IRREG",
    "access_rights": "PUBLIC",
    "created": "2024-03-01",
    "issued": "2024-02-03",
    "modified": "2024-03-01",
}


def state_everything(folder: Path) -> None:
    """Write all that catalogues ask for into the package file of the publication in a folder."""
    state(folder, STATED)


def state(folder: Path, keys: dict[str, Any]) -> None:
    """Write keys into the package file of the publication in a folder, instead of those there."""
    file = folder / "tables" / "package.yaml"
    said = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**said, **keys}, allow_unicode=True, sort_keys=False), "utf-8")
