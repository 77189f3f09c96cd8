"""What a publication says of itself to catalogues: who, what, where, when, and under what terms.

Codes are those of the vocabularies of the European Union
(https://op.europa.eu/en/web/eu-vocabularies) that DCAT-AP 3.0.1 prescribes.
"""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from openbaar.models import Strict, Text, Texts, as_tuple
from openbaar.schema.names import Address, Date, Email
from openbaar.texts import Localized

# http://publications.europa.eu/resource/authority/data-theme
Theme = Literal[
    "AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL",
    "INTR", "JUST", "OP_DATPRO", "REGI", "SOCI", "TECH", "TRAN",
]  # fmt: skip
# http://publications.europa.eu/resource/authority/frequency
Frequency = Literal[
    "ANNUAL", "ANNUAL_2", "ANNUAL_3", "AS_NEEDED", "BIENNIAL", "BIMONTHLY", "BIWEEKLY", "CONT",
    "DAILY", "DAILY_2", "DECENNIAL", "HOURLY", "IRREG", "MONTHLY", "MONTHLY_2", "MONTHLY_3",
    "NEVER", "NOT_PLANNED", "OTHER", "QUADRENNIAL", "QUARTERLY", "QUINQUENNIAL", "TRIENNIAL",
    "UNKNOWN", "UPDATE_CONT", "WEEKLY", "WEEKLY_2", "WEEKLY_3",
]  # fmt: skip
# http://publications.europa.eu/resource/authority/access-right
AccessRights = Literal["PUBLIC", "RESTRICTED", "NON_PUBLIC"]
# http://purl.org/adms/publishertype/1.0
PublisherType = Literal[
    "Academia-ScientificOrganisation", "Company", "IndustryConsortium", "LocalAuthority",
    "NationalAuthority", "NonGovernmentalOrganisation", "NonProfitOrganisation",
    "PrivateIndividual(s)", "RegionalAuthority", "StandardisationBody",
    "SupraNationalAuthority",
]  # fmt: skip

# What nobody has to say, and catalogues lose by; `unstated` names those that a person looked for.
Unstated = Literal[
    "publisher", "contact", "access_rights", "themes", "keywords", "places", "period", "frequency",
    "licenses", "rights_checked",
]  # fmt: skip

UNDETERMINED = "und"  # the code of ISO 639-2 for a language that nobody stated
# The form of https://www.rfc-editor.org/rfc/rfc5646, which RDF asks of a language.
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", examples=["nl"])]
Keywords = dict[Language, Texts]


def by_language(given: Any) -> Any:
    """Keywords by language as they are; a plain list counts as of a language nobody stated."""
    return given if isinstance(given, dict) else {UNDETERMINED: given}


class License(Strict):
    """A licence, by its Open Definition or SPDX name."""

    name: Text
    title: Text
    path: Address | None = None


class Contributor(Strict):
    """Someone who had a part in the publication, with the names of Data Package 2.0.

    `roles` are best those of DataCite's contributor types, such as `creator` and `dataCurator`.
    """

    title: Text
    givenName: Text | None = None
    familyName: Text | None = None
    organization: Text | None = None
    email: Email | None = None
    path: Address | None = None
    roles: Texts = ()


class Publisher(Strict):
    """The body that makes the publication available."""

    name: Localized
    path: Address | None = None
    type: PublisherType | None = None


class Contact(Strict):
    """Where questions about the publication are answered: by mail, on a page, or both."""

    name: Localized
    email: Email | None = None
    path: Address | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.email is None and self.path is None:
            raise ValueError("give 'email' or 'path', so that someone can be reached")
        return self


class Period(Strict):
    """The time that the figures are about, from its first to its last day."""

    first: Date
    last: Date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last day, {self.last}, is before the first, {self.first}")
        return self


class About(Strict):
    """The keys of `tables/package.yaml` that catalogues ask for; what is not given is unknown."""

    id: Text | None = Field(None, description="a name that no other publication has: a UUID, …")
    homepage: Address | None = None
    created: Date | None = Field(None, description="when this version was made")
    issued: Date | None = Field(None, description="when the publication was first made public")
    modified: Date | None = Field(None, description="when its tables or texts last changed")
    doi: (
        Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$", examples=["10.5281/zenodo.42"])] | None
    ) = None
    publisher: Publisher | None = None
    contact: Contact | None = None
    contributors: tuple[Contributor, ...]
    keywords: Annotated[Keywords, BeforeValidator(by_language)] = {}
    themes: Annotated[tuple[Theme, ...], BeforeValidator(as_tuple)] = ()
    places: Annotated[tuple[Address, ...], BeforeValidator(as_tuple)] = Field(
        (), description="the places that the figures are about"
    )
    period: Period | None = None
    frequency: Frequency | None = None
    access_rights: AccessRights | None = None
    unstated: Annotated[tuple[Unstated, ...], BeforeValidator(as_tuple)] = Field(
        (), description="what catalogues ask for and nobody states, as a person found"
    )
    licenses: tuple[License, ...]
    additions: tuple[License, ...]

    @property
    def all_keywords(self) -> tuple[str, ...]:
        """The keywords of all languages, each once."""
        return tuple(dict.fromkeys(chain.from_iterable(self.keywords.values())))
