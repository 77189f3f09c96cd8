"""A table in the terms of statistical offices: what an author says so that it becomes SDMX-CSV.

SDMX (https://sdmx.org/) calls a column a concept, and gives it codes of code lists that many
offices share. A concept is written as a text with columns in it: `{start_year}-Q{start_quarter}`,
or, through the code list that a column points to, `{gender.sdmx_code}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from openbaar.models import Strict, Text

PART = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
OBSERVATION = "OBS_VALUE"  # the concept of the figure itself
STRUCTURE = r"[A-Za-z][\w.-]*:[A-Za-z][\w-]*\(\d+(?:\.\d+){0,2}\)"  # agency, name and version


class Part(NamedTuple):
    """A column in the text of a concept, or a column of the code list that it points to."""

    column: str
    through: str | None


class Concept(Strict):
    """A concept: its text, the code list that it takes its codes from, codes for those without."""

    value: Text
    list: Annotated[str, Field(pattern=f"^{STRUCTURE}$", examples=["AGENCY:NAME(1.0)"])] | None = (
        Field(None, description="the code list of SDMX, with its agency and version")
    )
    codes: dict[str, Text] = Field(
        {}, description="by our code that of SDMX, where no column has it"
    )

    @property
    def parts(self) -> Iterator[Part]:
        """The columns in the text."""
        for found in PART.finditer(self.value):
            yield Part(found[1], found[2])


def as_concept(given: Any) -> Any:
    """A concept that is only a text, as a mapping."""
    return {"value": given} if isinstance(given, str) else given


class Sdmx(Strict):
    """How a table becomes SDMX-CSV 2.0: the structure that it follows, and its concepts."""

    structure: Annotated[str, Field(pattern=f"^{STRUCTURE}$", examples=["AGENCY:NAME(1.0)"])]
    concepts: dict[
        Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", examples=["REF_AREA"])],
        Annotated[Concept, BeforeValidator(as_concept)],
    ]

    @model_validator(mode="after")
    def _has_figures(self) -> Sdmx:
        if OBSERVATION not in self.concepts:
            raise ValueError(f"no concept is {OBSERVATION}, the figure itself")
        return self

    @property
    def columns(self) -> set[str]:
        """Every column that a concept names."""
        parts = chain.from_iterable(concept.parts for concept in self.concepts.values())
        return {part.column for part in parts}
