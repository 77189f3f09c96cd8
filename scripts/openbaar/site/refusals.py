"""What the site answers where it cannot give what is asked, in the language of the visitor."""

from __future__ import annotations

from datasette.views.base import DatasetteError

from openbaar.site.language import visit
from openbaar.site.published import Published


def language_of(published: Published) -> str:
    """The language of the page that is being made, among those of the publication."""
    spoken = visit().language
    return spoken if spoken in published.languages else published.languages[0]


def refusal(status: int, message: str, **names: str) -> DatasetteError:
    """An error to raise: Datasette shows its page with the message, the names filled in."""
    return DatasetteError(message % names, status=status)
