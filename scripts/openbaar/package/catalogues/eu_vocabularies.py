"""Facts in the words of the EU's vocabularies, which portals know.

They are https://op.europa.eu/en/web/eu-vocabularies; media types are those of IANA.
"""

from __future__ import annotations

from openbaar.package.catalogues.facts import Facts, Licence
from openbaar.package.catalogues.rdf import Iri, Term

AUTHORITY = "http://publications.europa.eu/resource/authority"
IANA = "http://www.iana.org/assignments/media-types"
# By SPDX name, the licences that the EU's vocabulary has; portals know those by its addresses.
EU_LICENCES = {
    "CC0-1.0": "CC0",
    "CC-BY-4.0": "CC_BY_4_0",
    "CC-BY-SA-4.0": "CC_BYSA_4_0",
    "CC-BY-NC-4.0": "CC_BYNC_4_0",
    "ODC-By-1.0": "ODC_BY",
    "ODbL-1.0": "ODC_BL",
    "PDDL-1.0": "ODC_PDDL",
    "OGL-UK-3.0": "OGL_3_0",
}
# By the ending of a file; SQLite is not in the EU's vocabulary of file types.
FILE_TYPES = {"csv": "CSV", "json": "JSON", "parquet": "PARQUET", "xlsx": "XLSX", "zip": "ZIP"}
# ISO 639-1 to the codes of the EU's vocabulary of languages, for its official languages.
LANGUAGES = {
    "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA",
    "et": "EST", "fi": "FIN", "fr": "FRA", "ga": "GLE", "hr": "HRV", "hu": "HUN", "it": "ITA",
    "lt": "LIT", "lv": "LAV", "mt": "MLT", "nl": "NLD", "pl": "POL", "pt": "POR", "ro": "RON",
    "sk": "SLK", "sl": "SLV", "sv": "SWE",
}  # fmt: skip


def languages(facts: Facts) -> list[Term]:
    """The languages of the publication, as far as they are official ones of the EU."""
    codes = [LANGUAGES[language] for language in facts.languages if language in LANGUAGES]
    return [Iri(f"{AUTHORITY}/language/{code}") for code in codes]


def frequency(facts: Facts) -> list[Term]:
    """How often it is brought up to date, where that is stated."""
    if facts.frequency is None:
        return []
    return [Iri(f"{AUTHORITY}/frequency/{facts.frequency}")]


def file_type(ending: str) -> list[Term]:
    """The type of a file by its ending; none for a type that is not in the vocabulary."""
    if ending not in FILE_TYPES:
        return []
    return [Iri(f"{AUTHORITY}/file-type/{FILE_TYPES[ending]}")]


def availability(facts: Facts) -> str:
    """How long the file will be there: a released version stays, one before 1.0.0 may go."""
    return "EXPERIMENTAL" if facts.version.startswith("0.") else "STABLE"


def licence_addresses(facts: Facts) -> list[str]:
    """The licence of the figures, where there is exactly one and it has an address.

    The profile takes one licence of a distribution; `dct:rights` tells the rest in words.
    """
    addresses = [licence_address(licence) for licence in facts.licences]
    known = [address for address in addresses if address is not None]
    return known if len(known) == 1 else []


def licence_address(licence: Licence) -> str | None:
    """The address of a licence: that of the vocabulary, else the one stated; None without any."""
    if licence.name in EU_LICENCES:
        return f"{AUTHORITY}/licence/{EU_LICENCES[licence.name]}"
    return licence.path
