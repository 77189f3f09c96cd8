"""Regular expressions from authored files, run by RE2, which never backtracks.

A pattern such as `(a+)+$` makes Python's own engine run for ever on a hostile line; RE2 takes
time in proportion to the text (https://github.com/google/re2/wiki/WhyRE2). It knows no
look-around and no back-references, which no pattern here needs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, BeforeValidator

from openbaar.yamlfile import as_list

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """The compiled pattern. Raises ValueError that says what is wrong with it."""
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        detail = (
            error.args[0].decode()
            if error.args and isinstance(error.args[0], bytes)
            else str(error)
        )
        raise ValueError(f"the pattern '{pattern}' is not one: {detail}") from error


def check_pattern(pattern: str) -> str:
    """Return the pattern when it compiles; raise ValueError otherwise (for use in models)."""
    compiled(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(check_pattern)]


Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(lambda value: tuple(as_list(value)))]
