"""What was found in a large CSV file is taken again for the same file, and for no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openbaar import placing
from openbaar.errors import OpenbaarError
from openbaar.schema.columns import Scan, scan
from openbaar.schema.model import Schema
from openbaar.tables import kept_scans
from openbaar.tables.kept_scans import scanned
from schemas import schema_of

NAME = "tables/t.csv"
LINES = "".join(f"{n},{n % 7}.5\n" for n in range(100))
SCHEMA = schema_of({"name": "n", "type": "number"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / placing.FOLDER).mkdir(parents=True)
    path = tmp_path / "t.csv"
    path.write_text(f"key,n\n{LINES}", "utf-8")
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bytes of each file that is read to check it."""
    files: list[bytes] = []

    def reading(path: Path, *given: Any) -> Scan | None:
        files.append(path.read_bytes())
        return scan(path, *given)

    monkeypatch.setattr(kept_scans, "scan", reading)
    return files


def found_in(file: Path, schema: Schema = SCHEMA) -> Scan | None:
    return scanned(file.parent, file, schema, NAME)


def test_the_same_file_is_read_once(file: Path, read: list[bytes]) -> None:
    found = found_in(file)
    assert found is not None
    assert found_in(file) == found == scan(file, SCHEMA, NAME)
    assert len(read) == 1


def test_another_file_of_the_same_length_is_read(file: Path, read: list[bytes]) -> None:
    found_in(file)
    file.write_text(f"key,n\n{LINES[:-4]}6.x\n", "utf-8")
    for _time in range(2):  # a fault is told again
        with pytest.raises(OpenbaarError, match=r"t\.csv:101"):
            found_in(file)
    assert len(read) == 3


def test_another_schema_judges_the_file_anew(file: Path, read: list[bytes]) -> None:
    found_in(file)
    with pytest.raises(OpenbaarError):
        found_in(file, schema_of({"name": "n", "type": "integer"}))
    assert len(read) == 2


@pytest.mark.parametrize(("was", "now"), [(b'"rows":100', b'"rows":999'), (b"{", b"")])
def test_what_was_damaged_is_not_believed(
    file: Path, read: list[bytes], was: bytes, now: bytes
) -> None:
    found = found_in(file)
    (kept,) = (file.parent / placing.SCANS).iterdir()
    assert was in kept.read_bytes()
    kept.write_bytes(kept.read_bytes().replace(was, now))
    assert found_in(file) == found
    assert len(read) == 2


def test_nothing_is_kept_where_no_run_ever_held_the_publication(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"key,n\n{LINES}", "utf-8")
    assert found_in(file) is not None
    assert list(tmp_path.iterdir()) == [file]
