"""Raised digits, which would be part of a number without a sign that they are raised."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[\d()*,;/.+ \u2212-]+", re.ASCII)
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")


def superscript(text: str) -> str:
    """The text of a superscript: raised, where it is a number, as marks and powers are.

    before: "1", "2)" and "er"
    after: "¹", "²⁾" and "er"
    """
    return text.translate(_RAISED) if _NUMBER.fullmatch(text) else text
