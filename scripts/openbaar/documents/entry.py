"""What an author says of a document: its file, its hash, and what is known of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from openbaar.models import Strict, Text
from openbaar.schema.conventions import UNKNOWN
from openbaar.schema.names import Date, check_source
from openbaar.texts import Localized


class Person(Strict):
    """A person or an organisation as citations name it: `family` and `given`, or `name`."""

    family: Text | None = None
    given: Text | None = None
    name: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) != (self.family is not None and self.given is not None):
            raise ValueError("give either 'name', or 'family' and 'given'")
        return self


# Of Western Europe, by the names of WHATWG: those of Windows, of Latin 9, and of DOS, in which
# Excel saves "CSV (MS-DOS)"; and UTF-16, its "Unicode text".
Encoding = Literal["utf-8", "windows-1252", "iso-8859-15", "ibm850", "utf-16"]
SHA256 = "9f86d0… (64 hexadecimal digits, as `sha256sum` prints them)"


class DocumentEntry(Strict):
    """A document as received: its file, its hash, and what is known of it."""

    path: Annotated[str, AfterValidator(check_source)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=[SHA256])]
    title: Localized
    read: Literal["text", "tables", "layout"] = Field(
        "text",
        description="of a PDF: its text, its ruled tables, or where its words stand on the page",
    )
    encoding: Encoding | None = Field(
        None, description="of a text or a CSV file: how its letters are stored, where not as UTF-8"
    )
    skip_pages: tuple[int, ...] = Field(
        (), description="pages of a PDF that are not read, such as scans"
    )
    hidden: Literal["read", "skip"] | None = Field(
        None, description="of a workbook: whether hidden sheets, rows and columns are read"
    )
    sure: int = Field(
        80,
        ge=0,
        le=100,
        description="of recognised words: how sure the program must have been of a word, of 100",
    )
    page_break: int | None = Field(
        None, description="how many blank lines in a row stand for a new page"
    )
    author: Text = UNKNOWN
    authors: tuple[Person, ...] = Field(
        (), description="the authors one by one, as citations name them"
    )
    date: Text = UNKNOWN
    license: Text = UNKNOWN
    rights: Localized | None = Field(
        None, description="what is known of the terms under which it may be used again"
    )
    rights_checked: Date | None = Field(None, description="when a person looked for those terms")

    @property
    def is_recognised(self) -> bool:
        """Whether it holds words that a program recognised on a scan."""
        return self.path.lower().endswith(".tsv")
