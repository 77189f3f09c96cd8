"""Patches: corrections of a document's text, refused as soon as they no longer apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.language import Patch


def apply_patches(document: Document, patches: Sequence[Patch]) -> Document:
    """The document with each patch applied to its line.

    Raises OpenbaarError for each patch whose `was` does not stand in its line exactly once.
    """
    lines = list(document.lines)
    problems = []
    for patch in patches:
        if not 1 <= patch.line <= len(lines) or lines[patch.line - 1].text.count(patch.was) != 1:
            message = f"recipe key 'patch': '{patch.was}' is not in this line exactly once"
            hint = "the correction no longer applies; check the document"
            problems.append(Problem(Place(document.path, patch.line), message, hint))
            continue
        line = lines[patch.line - 1]
        lines[patch.line - 1] = replace(line, text=line.text.replace(patch.was, patch.to))
    if problems:
        raise OpenbaarError(problems)
    return replace(document, lines=tuple(lines))
