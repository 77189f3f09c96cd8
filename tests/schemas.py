"""Small tables for the tests of reading and writing."""

from __future__ import annotations

from typing import Any

import pytest

from openbaar.errors import OpenbaarError
from openbaar.schema.csvfile import read_csv
from openbaar.schema.model import Schema

KEY = {"name": "key", "type": "integer", "constraints": {"required": True}}
TEXTS = {"title": {"en": "t"}, "description": {"en": "d"}}


def schema_of(*fields: dict[str, Any], **keys: Any) -> Schema:
    """A schema with the integer column `key`, its primary key, and these columns after it."""
    described = [{**TEXTS, **field} for field in (KEY, *fields)]
    return Schema.model_validate({"primaryKey": ["key"], "fields": described, **keys})


def read_problems(data: bytes, schema: Schema) -> list[str]:
    """The problems that the reader raises, as text."""
    with pytest.raises(OpenbaarError) as caught:
        read_csv(data, schema, "t.csv")
    return [str(problem) for problem in caught.value.problems]
