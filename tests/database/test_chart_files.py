"""PNG files of charts: drawn by other processes, kept, and the same whatever fonts there are."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from openbaar.database.charts.png_files import FOLDER, SCALE, Drawers, png_in
from openbaar.database.drawing.svg import FONT

MANY = 9  # pictures, more than there are processes to draw them
SIZE = 'width="40" height="20"'


def svg(text: str) -> str:
    font = FONT.replace("'", "&#x27;")
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {SIZE} font-family="{font}">'
    paper = f'<rect {SIZE} fill="#ffffff"></rect>'
    return f'{start}{paper}<text x="1" y="15">{text}</text></svg>'


def drawers_of(root: Path) -> Drawers:
    """Drawers whose own folder is in another one than what they draw."""
    beside = root / "work"
    beside.mkdir(parents=True, exist_ok=True)
    return Drawers(root, beside)


def asked(root: Path, *texts: str) -> list[Path]:
    with drawers_of(root) as drawers:
        return [drawers.ask(svg(text)) for text in texts]


def test_each_picture_is_drawn_once_and_kept(tmp_path: Path) -> None:
    texts = [f"n {number}" for number in range(MANY)]
    files = asked(tmp_path, *texts, texts[0])
    assert len(set(files)) == len(texts)
    assert files[-1] == files[0]
    data = png_in(files[0])
    assert struct.unpack(">II", data[16:24]) == (40 * SCALE, 20 * SCALE)
    assert len({png_in(file) for file in files}) == len(texts)
    times = [file.stat().st_mtime_ns for file in files]
    assert asked(tmp_path, *texts, texts[0]) == files
    assert [file.stat().st_mtime_ns for file in files] == times
    assert len(list((tmp_path / FOLDER).iterdir())) == len(texts)


def test_fonts_of_the_system_are_used_only_for_letters_that_ours_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, other = asked(tmp_path / "one", "Ĳsselmeer – 12 €", "日本")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "none.conf"))
    without, _ = asked(tmp_path / "two", "Ĳsselmeer – 12 €", "日本")
    blank = asked(tmp_path / "three", "")[0]
    assert png_in(known) == png_in(without) != png_in(blank)
    assert other.is_file()


def test_what_cannot_be_drawn_is_reported_with_the_reason(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=r"(?s)could not be drawn:.*Error"),
        drawers_of(tmp_path) as drawers,
    ):
        drawers.ask("<svg")


def test_a_picture_that_nothing_shows_any_more_is_removed(tmp_path: Path) -> None:
    first, second, third = asked(tmp_path, "one", "two", "three")
    with drawers_of(tmp_path) as drawers:
        assert drawers.ask(svg("one")) == first
        assert drawers.keep(svg("two")) == second
    assert first.is_file()
    assert second.is_file()
    assert not third.exists()


def test_a_picture_that_was_damaged_is_drawn_again(tmp_path: Path) -> None:
    (drawn,) = asked(tmp_path, "one")
    whole = drawn.read_bytes()
    for damaged in (b"", whole[:-1], whole[:-1] + b"?"):
        drawn.write_bytes(damaged)
        assert asked(tmp_path, "one") == [drawn]
        assert drawn.read_bytes() == whole


def test_what_is_drawn_from_stands_in_a_folder_of_the_run_as_long_as_that_takes(
    tmp_path: Path,
) -> None:
    beside = tmp_path / "work"
    with drawers_of(tmp_path) as drawers:
        drawers.ask(svg("one"))
        assert len(list(beside.iterdir())) == 1
    assert list(beside.iterdir()) == []


def test_a_run_that_failed_removes_nothing(tmp_path: Path) -> None:
    (drawn,) = asked(tmp_path, "one")
    with pytest.raises(ValueError, match="wrong"), drawers_of(tmp_path):
        raise ValueError("wrong")
    assert drawn.is_file()


def test_runs_at_once_do_not_take_the_pictures_of_each_other(tmp_path: Path) -> None:
    texts = [f"n {number}" for number in range(MANY)]
    with drawers_of(tmp_path) as one, drawers_of(tmp_path) as other:
        files = [drawers.ask(svg(text)) for text in texts for drawers in (one, other)]
    assert all(file.is_file() for file in files)
    assert sorted(set(files)) == sorted((tmp_path / FOLDER).iterdir())
