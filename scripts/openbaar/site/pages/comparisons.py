"""How Datasette compares the values of a column, by the names that its filters give."""

from __future__ import annotations

from openbaar.site.requests.language import gettext
from openbaar.texts import N_

# By the name that `datasette.filters.Filters` shows, what we call them.
COMPARISONS = {
    "=": N_("="),
    "!=": N_("!="),
    "contains": N_("contains"),
    "does not contain": N_("does not contain"),  # from Datasette 1.0 on
    "ends with": N_("ends with"),
    "starts with": N_("starts with"),
    ">": N_(">"),
    "≥": N_("≥"),
    "<": N_("<"),
    "≤": N_("≤"),
    "like": N_("like"),
    "not like": N_("not like"),
    "glob": N_("glob"),
    "in": N_("in"),
    "not in": N_("not in"),
    "array contains": N_("array contains"),
    "array does not contain": N_("array does not contain"),
    "date": N_("date"),
    "is null": N_("has no value"),
    "is not null": N_("has a value"),
    "is blank": N_("is blank"),
    "is not blank": N_("is not blank"),
}


def comparison_words(shown: str) -> str:
    """What a comparison is called in the language of the page; `shown` is Datasette's name."""
    return gettext(COMPARISONS.get(shown, shown))
