"""Which of several forms of one thing a visitor prefers, by the `Accept` headers of a request (RFC 9110, 12.5)."""

from __future__ import annotations

from collections.abc import Sequence


def preferred(accepted: str, offers: Sequence[str]) -> str:
    """The offer that the header `accepted` likes best; among equals, and where it likes none, the first.

    Takes media types (`text/csv`, `text/*`, `*/*`) as well as languages (`nl`, where `nl-BE` is asked for too).
    """
    ranges = [_range(part) for part in accepted.split(",") if part.strip()] or [("*", 1.0)]
    return max(offers, key=lambda offer: _liking(offer, ranges))  # max gives the first of equals


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _liking(offer: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the range that names the offer most exactly; 0 when none does."""
    for known in (offer, f"{offer.split('/')[0]}/*", "*/*", "*"):
        for name, quality in ranges:
            if name == known or (
                "/" not in offer and known == offer and name.startswith(f"{offer}-")
            ):
                return quality
    return 0.0
