"""How Datasette compares the values of a column, by the names that its filters give."""

from __future__ import annotations

from openbaar.texts import N_

# `datasette.filters.Filters` has them as names to show; here they are marked for translation.
COMPARISONS = (
    N_("="),
    N_("!="),
    N_("contains"),
    N_("does not contain"),  # from Datasette 1.0 on
    N_("ends with"),
    N_("starts with"),
    N_(">"),
    N_("≥"),
    N_("<"),
    N_("≤"),
    N_("like"),
    N_("not like"),
    N_("glob"),
    N_("in"),
    N_("not in"),
    N_("array contains"),
    N_("array does not contain"),
    N_("date"),
    N_("is null"),
    N_("is not null"),
    N_("is blank"),
    N_("is not blank"),
)
