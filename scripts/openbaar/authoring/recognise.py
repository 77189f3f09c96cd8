"""Text recognition of scans by Tesseract, a program that is installed where it is needed."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from openbaar.authoring.pictures import POINTS_PER_INCH, pictures_of
from openbaar.documents.lines import Word
from openbaar.documents.recognised import RecognisedWord, words_file
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import replacing

PROGRAM = "tesseract"
DOTS_PER_INCH = 300  # of the picture of a page: what Tesseract was trained for
ONE_BLOCK = "6"  # how Tesseract parts a page: not at all, so that rows of a table stay together
WORD = "5"  # its level of words
LONGEST = 300  # seconds for a page
# The three letters by which Tesseract knows the languages of the interface.
LANGUAGES = {"nl": "nld", "de": "deu", "fr": "fra", "en": "eng"}


def recognise(scan: Path, languages: Sequence[str]) -> Path:
    """Recognise the words of a PDF, and write them beside it: `scan.pdf`, `scan.words.tsv`.

    Raises OpenbaarError where Tesseract or one of its languages is missing, the file is no PDF, or
    the file to write is there already.
    """
    target = scan.with_suffix(".words.tsv")
    if target.exists():
        message = "exists already and will not be overwritten"
        hint = "it may hold corrections; move it away to recognise the scan anew"
        raise OpenbaarError(Problem(Place(str(target)), message, hint))
    program = _program(scan, languages)
    words = list(_words_of(scan, program, languages))
    with replacing(target) as partial:
        partial.write_bytes(words_file(words))
    return target


def _program(scan: Path, languages: Sequence[str]) -> str:
    """Where Tesseract is. Raises OpenbaarError where it, or a language, is not installed."""
    program = shutil.which(PROGRAM)
    packages = " ".join(f"tesseract-ocr-{_name(each)}" for each in languages)
    hint = f"install it; on Debian and Ubuntu: apt-get install tesseract-ocr {packages}"
    if program is None:
        message = "needs text recognition, and the program 'tesseract' is not installed"
        raise OpenbaarError(Problem(Place(str(scan)), message, hint))
    listed = subprocess.run(  # noqa: S603  the program that was found, with fixed arguments
        [program, "--list-langs"], capture_output=True, text=True, check=False
    )
    known = set(listed.stdout.split())
    missing = [_name(each) for each in languages if _name(each) not in known]
    if missing:
        message = (
            f"needs text recognition of languages that are not installed: {', '.join(missing)}"
        )
        raise OpenbaarError(Problem(Place(str(scan)), message, hint))
    return program


def _name(language: str) -> str:
    return LANGUAGES.get(language, language)


def _words_of(scan: Path, program: str, languages: Sequence[str]) -> Iterator[RecognisedWord]:
    with pictures_of(scan) as pictures:
        for page in range(1, len(pictures) + 1):
            picture = pictures.png_without_rules(page, DOTS_PER_INCH)
            yield from _recognised(picture, page, scan, program, languages)


def _recognised(
    picture: bytes, page: int, scan: Path, program: str, languages: Sequence[str]
) -> Iterator[RecognisedWord]:
    """The words on the picture of a page. Raises OpenbaarError where the program fails."""
    command = [program, "stdin", "stdout", "-l", "+".join(_name(each) for each in languages)]
    command += ["--dpi", str(DOTS_PER_INCH), "--psm", ONE_BLOCK, "tsv"]
    try:
        done = subprocess.run(  # noqa: S603  the program that was found, with fixed arguments
            command, input=picture, capture_output=True, check=True, timeout=LONGEST
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        message = f"cannot be recognised: {error}"
        raise OpenbaarError(Problem(Place(str(scan), page=str(page)), message)) from error
    text = done.stdout.decode("utf-8")
    for row in csv.DictReader(io.StringIO(text), dialect="excel-tab", quoting=csv.QUOTE_NONE):
        if row["level"] == WORD and row["text"].strip():
            yield RecognisedWord(page, _word(row), max(float(row["conf"]), 0.0))


def _word(row: dict[str, str]) -> Word:
    """A word of Tesseract, in points."""
    dots = [int(row[name]) for name in ("left", "top", "width", "height")]
    left, top, width, height = [each * POINTS_PER_INCH / DOTS_PER_INCH for each in dots]
    return Word(row["text"].strip(), left, left + width, top, top + height)
