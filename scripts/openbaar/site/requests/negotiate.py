"""Which of several forms, and which language, a visitor prefers, by the headers of a request.

See https://www.rfc-editor.org/rfc/rfc9110#section-12.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# The headers that `readers_language` and the choice of a form hang on.
VARY = "Accept, Accept-Language, Sec-Fetch-Site"


def preferred(accepted: str, offers: Sequence[str]) -> str:
    """The offer that the header `accepted` prefers; of equals, or where it accepts none, the first.

    Takes media types (`text/csv`, `text/*`, `*/*`) as well as languages (`nl`, also where `nl-BE`
    is asked for).
    """
    qualities = _qualities(accepted)
    if not qualities:
        return offers[0]
    return max(offers, key=lambda offer: _quality_of(offer, qualities))


def readers_language(request: Any, languages: Sequence[str], spoken: str) -> str:
    """The language of `languages` in which a reader who followed an address to cite reads on.

    `spoken` is that of the address, the first one where it names none: then the reader chooses, by
    `Accept-Language`. Who comes from a page of the site has chosen already
    (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header).
    """
    is_from_here = request.headers.get("sec-fetch-site") == "same-origin"
    if spoken != languages[0] or is_from_here:
        return spoken
    return preferred(request.headers.get("accept-language", ""), languages)


def _qualities(accepted: str) -> list[tuple[str, float]]:
    """The ranges of a header with their qualities: 'fr,en;q=0.5' → [('fr', 1.0), ('en', 0.5)]."""
    ranges = []
    for part in accepted.split(","):
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        if name:
            ranges.append((name, _stated_quality(parameters)))
    return ranges


def _stated_quality(parameters: Sequence[str]) -> float:
    """The quality of a range, from 0 to 1: 1 where none is stated, 0 where it is no number."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality_of(offer: str, qualities: Sequence[tuple[str, float]]) -> float:
    """The quality of the range that names the offer most exactly; 0 where none does."""
    kind, _, is_media_type = offer.partition("/")
    for name, quality in qualities:
        if name == offer or (not is_media_type and name.startswith(f"{offer}-")):
            return quality
    stated = dict(reversed(qualities))  # of a range that is named twice the first one counts
    for wildcard in (f"{kind}/*", "*/*", "*"):
        if wildcard in stated:
            return stated[wildcard]
    return 0.0
