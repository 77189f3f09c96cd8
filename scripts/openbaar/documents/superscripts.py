"""Raised digits and letters, which would be part of what they stand at without a sign of that."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[\d()*,;/.+ \u2212-]+", re.ASCII)
_LETTER = re.compile(r"\s*[a-pr-z][),;]?\s*")
_RAISED_DIGITS = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
LETTERS = "abcdefghijklmnoprstuvwxyz"
RAISED_LETTERS = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"  # the same; Unicode has no raised q
_RAISED = str.maketrans(LETTERS, RAISED_LETTERS)
_LOWERED = str.maketrans(RAISED_LETTERS, LETTERS)
_ORDINAL = re.compile(rf"(?<!\w)(?:\d{{1,2}}[{RAISED_LETTERS}]|[nN]ᵒ)(?!\w)")


def superscript(text: str) -> str:
    """The text of a superscript: raised, where it is a number or one letter, as marks are.

    before: "1", "2)", "a" and "er"
    after: "¹", "²⁾", "ᵃ" and "er"
    """
    if _LETTER.fullmatch(text):
        return raised_digits(text.translate(_RAISED))
    return raised_digits(text) if _NUMBER.fullmatch(text) else text


def raised_digits(text: str) -> str:
    """The text with its digits and round brackets raised."""
    return text.translate(_RAISED_DIGITS)


def with_ordinals(text: str) -> str:
    """The text with the letters of ordinals as people type them: `1ᵉ`, `nᵒ` -> `1e`, `no`."""
    return _ORDINAL.sub(lambda found: found[0].translate(_LOWERED), text)
