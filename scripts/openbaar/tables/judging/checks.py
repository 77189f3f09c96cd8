"""Checks: rules that a table must keep.

Each kind is a model of what authors write, and gives its own verdicts. Do the stated totals add up,
do tables agree, does each row keep the rules? A check gives rows of the trust table
`reconciliation`, and none is left out because it holds. To add a kind, write its class and name it
in `Check`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from openbaar.tables.judging.row_checks import (
    ConsecutiveCheck,
    NotBeforeCheck,
    PercentCheck,
    WordsCheck,
)
from openbaar.tables.judging.rules import Rule
from openbaar.tables.judging.sum_checks import SumCheck, TotalCheck

# Each kind by the key that only it has.
KINDS: dict[str, type[Rule]] = {
    "sum": SumCheck,
    "total": TotalCheck,
    "not_before": NotBeforeCheck,
    "consecutive": ConsecutiveCheck,
    "words": WordsCheck,
    "percent": PercentCheck,
}


def _kind_of(given: Any) -> str | None:
    """The tag of the kind that a check is; None where its keys name no kind, or several.

    A tag ends in ], which `models` leaves out of the path to a key.
    """
    if isinstance(given, Rule):
        given = given.model_dump(exclude_defaults=True)
    if not isinstance(given, dict):
        return None
    kinds = [kind for kind in KINDS if given.get(kind) is not None]
    return f"[{kinds[0]}]" if len(kinds) == 1 else None


Check = Annotated[
    Annotated[SumCheck, Tag("[sum]")]
    | Annotated[TotalCheck, Tag("[total]")]
    | Annotated[NotBeforeCheck, Tag("[not_before]")]
    | Annotated[ConsecutiveCheck, Tag("[consecutive]")]
    | Annotated[WordsCheck, Tag("[words]")]
    | Annotated[PercentCheck, Tag("[percent]")],
    Discriminator(
        _kind_of,
        custom_error_type="check_kind",
        custom_error_message=f"give exactly one of {', '.join(KINDS)}",
    ),
]
