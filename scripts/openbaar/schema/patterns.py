"""Regular expressions from authored files, run by RE2, which never backtracks.

On a hostile line, a pattern such as `(a+)+$` keeps Python's own engine busy for ever; RE2 takes
time in proportion to the text (https://github.com/google/re2/wiki/WhyRE2). It has no look-around
and no back-references, which no pattern here needs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, BeforeValidator

from openbaar.models import as_tuple

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """The compiled pattern. Raises ValueError that says what is wrong with it."""
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        raise ValueError(
            f"the pattern '{pattern}' is not a valid regular expression: {_detail(error)}"
        ) from error


def _detail(error: Exception) -> str:
    """What RE2 says is wrong; the binding passes it on as bytes."""
    reason = error.args[0]
    return reason.decode() if isinstance(reason, bytes) else str(reason)


def check_pattern(pattern: str) -> str:
    """Return the pattern when it compiles; raise ValueError otherwise (for use in models)."""
    compiled(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(check_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(as_tuple)]
