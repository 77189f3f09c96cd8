"""The gate: what is handed to us is refused for one of the listed reasons, or passes unchanged."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated import workbooks
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.limits import LIMITS, most
from openbaar.package.gate import Received, receive
from openbaar.schema.csvfile import write_csv
from openbaar.schema.values import INT64

CSV = b"key,label\n1,een\n2,twee\n"
FIELDS = [{"name": "key", "type": "integer"}, {"name": "label"}]


def descriptor(**resource: Any) -> dict[str, Any]:
    """A package of one table; `resource` adds to its description."""
    table = {"name": "t", "path": "t.csv", "schema": {"fields": FIELDS, "primaryKey": "key"}}
    return {"name": "handed", "resources": [{**table, **resource}]}


def with_schema(**schema: Any) -> dict[str, Any]:
    return descriptor(schema={"fields": FIELDS, "primaryKey": "key", **schema})


def folder(root: Path, described: Any, files: Mapping[str, bytes] | None = None) -> Path:
    """A package in a folder. A descriptor that is no bytes yet is written as JSON, line by line."""
    data = described if isinstance(described, bytes) else json.dumps(described, indent=1).encode()
    for name, content in {"t.csv": CSV, **(files or {}), "datapackage.json": data}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def problems(path: Path) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        receive(path)
    return [str(problem) for problem in caught.value.problems]


# ---- the descriptor: what it says, and what is said of it


def twice(first: str, second: str) -> bytes:
    """A descriptor in which a key is given twice."""
    return f'{{\n "name": {first},\n "name": {second},\n "resources": []\n}}'.encode()


PATH = "the path '{}' should be relative and stay inside the publication"
DESCRIPTORS: dict[str, tuple[Any, str]] = {
    "a path with ..": (descriptor(path="../t.csv"), "6:4: resources.0.path: " + PATH.format("../t.csv")),
    "an absolute path": (descriptor(path="/etc/t.csv"), "6:4: resources.0.path: " + PATH.format("/etc/t.csv")),
    "a variable": (descriptor(path="$HOME/t.csv"), "6:4: resources.0.path: " + PATH.format("$HOME/t.csv")),
    "a home folder": (descriptor(path="~/t.csv"), "6:4: resources.0.path: " + PATH.format("~/t.csv")),
    "a file address": (descriptor(path="file:///t.csv"), "6:4: resources.0.path: " + PATH.format("file:///t.csv")),
    "a wildcard": (descriptor(path="*.csv"), "6:4: resources.0.path: " + PATH.format("*.csv")),
    "a database": (descriptor(path="sqlite:////some.db"), "6:4: resources.0.path: " + PATH.format("sqlite:////some.db")),
    "an http address": (descriptor(path="http://127.0.0.1/t.csv"), "6:4: resources.0.path: " + PATH.format("http://127.0.0.1/t.csv")),
    "several paths": (descriptor(path=["t.csv", "t.csv"]), "6:4: resources.0.path: should be text"),
    "a packed table": (descriptor(path="t.csv.gz"), "6:4: resources.0.path: the path 't.csv.gz' should end in .csv; nothing else is read, or unpacked"),
    "a schema at an address": (descriptor(schema="http://127.0.0.1/s.json"), "7:4: resources.0.schema: should be a mapping"),
    "a profile at an address": ({**descriptor(), "profile": "http://127.0.0.1/p.json"}, "21:2: profile: the profile 'http://127.0.0.1/p.json' is not read; leave it out"),
    "another profile of a table": (descriptor(profile="http://127.0.0.1/p.json"), "19:4: resources.0.profile: the profile 'http://127.0.0.1/p.json' is not read; leave it out"),
    "a dialect at an address": (descriptor(dialect="http://127.0.0.1/d.json"), "19:4: resources.0.dialect: should be a mapping; no other file is read for it"),
    "another delimiter": (descriptor(dialect={"delimiter": ";"}), "19:4: resources.0.dialect: 'delimiter' is ';'; only ',' is read"),
    "a dialect of comments": (descriptor(dialect={"commentChar": "#"}), "19:4: resources.0.dialect: the key 'commentChar' would change how the table is read; leave it out"),
    "another encoding": (descriptor(encoding="cp1252"), "19:4: resources.0.encoding: is 'cp1252'; only utf-8 is read"),
    "rows in the descriptor": (descriptor(data=[["key"], [1]]), "19:4: resources.0.data: is not read; leave it out"),
    "other missing values": (with_schema(missingValues=["-"]), "19:6: resources.0.schema.missingValues.0: is '-'; it should be ''"),
    "a date in a form of its own": (with_schema(fields=[{"name": "key", "type": "date", "format": "%d/%m/%Y"}]), "12:7: resources.0.schema.fields.0.format: is '%d/%m/%Y'; it should be 'default'"),
    "a number with commas": (with_schema(fields=[{"name": "key", "type": "number", "decimalChar": ","}]), "12:7: resources.0.schema.fields.0.decimalChar: is ','; it should be '.'"),
    "a pattern that is none": (with_schema(fields=[{"name": "key", "constraints": {"pattern": "("}}]), "12:8: resources.0.schema.fields.0.constraints.pattern: the pattern '(' is not a valid regular expression: missing ): ("),
    "a constraint that is not checked": (with_schema(fields=[{"name": "key", "constraints": {"minLength": 3}}]), "12:8: the key 'minLength' is not known (known: enum, maximum, minimum, pattern, required, unique)"),
    "a column that needs quoting": (with_schema(fields=[{"name": "key"}, {"name": 'x"]'}]), "13:7: resources.0.schema.fields.1.name: the name 'x\"]' should be small letters, digits and _, begin with a letter, at most 63 long"),
    "a column called by a keyword": (with_schema(fields=[{"name": "key"}, {"name": "select"}]), "13:7: resources.0.schema.fields.1.name: the name 'select' is a keyword of SQL; choose another, such as 'select_name'"),
    "a long name": (descriptor(name="a" * 64), f"5:4: resources.0.name: the name '{'a' * 64}' should be small letters, digits and _, begin with a letter, at most 63 long"),
    "a column twice": (with_schema(fields=[{"name": "key"}, {"name": "key"}]), "7:4: resources.0.schema: the column 'key' is defined twice"),
    "a javascript address": ({**descriptor(), "homepage": "javascript:alert(1)"}, "21:2: homepage: the address 'javascript:alert(1)' should begin with https:, http: or mailto:"),
    "an address that ends early": ({**descriptor(), "homepage": 'https://a.example/">'}, "21:2: homepage: the address 'https://a.example/\">' may not hold '\"', which addresses spell '%22'"),
    "an address of two lines": ({**descriptor(), "homepage": "https://a.example/\nX: y"}, "21:2: homepage: the address 'https://a.example/\\nX: y' may not hold '\\n', which addresses spell '%0A'"),
    "a data address of a licence": ({**descriptor(), "licenses": [{"path": "data:text/html,x"}]}, "23:4: licenses.0.path: the address 'data:text/html,x' should begin with https:, http: or mailto:"),
    "a javascript address of a source": ({**descriptor(), "sources": [{"path": "javascript:alert(1)"}]}, "22:3: sources.0: the address 'javascript:alert(1)' should begin with https:, http: or mailto:"),
    "a key twice": (twice('"a"', '"b"'), "3:2: the key 'name' is given here and on line 2 (keep one of them)"),
    "no JSON": (b'{"name": }', "1:10: is not JSON: expected a value"),
    "NaN": (b'{"version": NaN}', "1:13: is not JSON: expected a value"),
    "more after the end": (b"{} {}", "1:4: is not JSON: expected the end of the file"),
    "half of a surrogate pair": (b'{"name": "\\ud800"}', "1:18: is not JSON: expected text that ends in '\"'"),
    "JSON that is nested too deep": (b"[" * 100_000, "1:52: is nested more than 50 deep"),
    "a descriptor of over a megabyte": (b" " * 1_000_001, " has 1000001 bytes; at most 1000000 are read"),
    "cp1252": (b'{"name": "\xe9"}', "1:11: is not UTF-8: byte 10 is 0xe9 (save it as UTF-8)"),
    "hidden characters in a title": ({**descriptor(), "title": "a\u202eb"}, "21:2: has the hidden character U+202E (remove it)"),
    "hidden characters in a key": ({**descriptor(), "ti\u200btle": "a"}, "21:2: has the hidden character U+200B (remove it)"),
    "no table": ({"resources": []}, "2:2: resources: should not be empty"),
    "a table twice": ({"resources": descriptor()["resources"] * 2}, "1:1: the table 't' is described twice"),
    "another file than stated": (descriptor(bytes=5), "6:4: t.csv has 23 bytes, not the 5 stated (ask who sent it for the right file)"),
    "another hash than stated": (descriptor(hash=f"sha256:{'0' * 64}"), f"6:4: t.csv has the sha256 {hashlib.sha256(CSV).hexdigest()}, not the one stated (ask who sent it for the right file)"),
    "a hash of another kind": (descriptor(hash="crc:1"), "6:4: the hash 'crc' is not known (use md5, sha1, sha256, sha512)"),
    "a key to no table": (with_schema(foreignKeys=[{"fields": "label", "reference": {"resource": "u", "fields": "key"}}]), "18:5: a key leads to 'u', which is no table that could be read"),
    "a key to no row": (with_schema(fields=[{"name": "key"}, {"name": "label"}], foreignKeys=[{"fields": "label", "reference": {"resource": "", "fields": "key"}}]), None),
}  # fmt: skip


@pytest.mark.parametrize(("described", "expected"), DESCRIPTORS.values(), ids=DESCRIPTORS)
def test_a_hostile_or_broken_descriptor_is_refused_with_its_place(
    described: Any, expected: str | None, tmp_path: Path
) -> None:
    found = problems(folder(tmp_path, described))
    if expected is None:
        assert found == ["t.csv:2: label: 'een' is not in t", "t.csv:3: label: 'twee' is not in t"]
    else:
        assert found == [f"datapackage.json:{expected}"]


def test_the_problems_of_the_descriptor_and_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    (table,) = descriptor()["resources"]
    described = {
        "title": "a\u200bb",
        "resources": [table, {**table, "name": "u", "path": "u.csv"}],
    }
    broken = {"t.csv": b"key,label\nx,a\n2\n3,\x00\n", "u.csv": b"key\n"}
    assert problems(folder(tmp_path, described, broken)) == [
        "datapackage.json:2:2: has the hidden character U+200B (remove it)",
        "t.csv:2:1: key: 'x' is not a whole number of at most 64 bits",
        "t.csv:3: has 1 cells, not 2",
        "t.csv:4:3: label: has the hidden character U+0000; remove it",
        "u.csv:1: the header is 'key' (expected 'key,label')",
    ]


# ---- the folder and the zip


def test_a_link_that_leads_out_of_the_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(CSV)
    root = folder(tmp_path / "package", descriptor())
    (root / "t.csv").unlink()
    (root / "t.csv").symlink_to(tmp_path / "secret.csv")
    assert problems(root) == [
        "t.csv: is a link that leads out of the publication (copy the file here)"
    ]


def test_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    import os

    root = folder(tmp_path, descriptor())
    (root / "t.csv").unlink()
    os.mkfifo(root / "t.csv")
    assert problems(root) == ["t.csv: is no regular file (put a copy of the file here)"]


def test_a_table_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    root = folder(tmp_path, descriptor())
    with (root / "t.csv").open("wb") as file:
        file.truncate(200_000_001)
    assert problems(root) == ["t.csv: has 200000001 bytes; at most 200000000 are read"]


def zipped(path: Path, files: Mapping[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> Path:  # fmt: skip
    """A zip of files, each header changed before it is written."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            header = zipfile.ZipInfo(name)
            header.compress_type = zipfile.ZIP_DEFLATED
            if change is not None:
                change(header)
            archive.writestr(header, data)
    return path


def package(described: Any = None, csv: bytes = CSV) -> dict[str, bytes]:
    return {"datapackage.json": json.dumps(described or descriptor()).encode(), "t.csv": csv}


@pytest.mark.parametrize("name", ["../t.csv", "/t.csv", "a/../../t.csv", "C:\\t.csv", "~/t.csv"])
def test_a_zip_with_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {**package(), name: CSV})
    assert problems(path) == [f"p.zip/{name}: {PATH.format(name)}"]


def test_a_zip_that_unpacks_to_very_much_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", package(csv=b"key,label\n" + b"1" * 150_000_000))
    assert path.stat().st_size < 200_000
    assert problems(path) == ["t.csv: unpacks to more than 200 times its size"]


def test_a_zip_that_lies_about_its_size_is_unpacked_no_further_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBAAR_LIMIT_PACKED_RATIO", "1000000")
    monkeypatch.setenv("OPENBAAR_LIMIT_UNPACKED_BYTES", "3000000")
    path = zipped(tmp_path / "p.zip", package(csv=b"key,label\n" + b"1" * 5_000_000))
    assert problems(path) == ["p.zip: unpacks to more than 3000000 bytes"]


def test_a_zip_of_very_many_files_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {f"{number}.csv": b"" for number in range(1001)})
    assert problems(path) == ["p.zip: has 1001 files; at most 1000 are read"]


def test_a_zip_with_a_link_a_password_or_a_file_twice_is_refused(tmp_path: Path) -> None:
    def change(header: zipfile.ZipInfo) -> None:
        if header.filename == "link.csv":
            header.create_system = 3
            header.external_attr = 0o120777 << 16

    path = zipped(tmp_path / "p.zip", {**package(), "link.csv": b"/etc/passwd"}, change)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("t.csv", CSV)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\1\2") + 8] |= 1  # of the last file, in the directory of the zip
    path.write_bytes(data)
    assert problems(path) == [
        "p.zip/link.csv: is a link (pack the file itself)",
        "p.zip/t.csv: needs a password (save it without one)",
        "p.zip/t.csv: is in the zip twice (keep one of them)",
    ]


def test_a_zip_with_broken_bytes_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", package())
    data = bytearray(path.read_bytes())
    data[data.index(b"t.csv") + 8] ^= 0xFF
    path.write_bytes(data)
    (found,) = problems(path)
    assert found.startswith("t.csv: cannot be unpacked: ")


@pytest.mark.parametrize("data", [b"", b"PK\3\4", gzip.compress(bytes(300_000_000))])
def test_what_is_no_zip_is_refused_unopened(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "p.gz").write_bytes(data)
    (found,) = problems(tmp_path / "p.gz")
    assert found.startswith("p.gz: is no zip: ")


def test_a_file_that_is_not_in_the_zip_is_named(tmp_path: Path) -> None:
    assert problems(zipped(tmp_path / "p.zip", {"x": b""})) == [
        "datapackage.json: cannot be read: it is not in the zip"
    ]


# ---- a CSV file by itself; `tests/schema` has more of what is refused in one


CSV_FILES: dict[str, tuple[bytes, list[str]]] = {
    "a quote that is never closed": (
        b'a,b\n1,"x\n' + b"2,y\n" * 10_000,
        ["t.csv:2: the record that begins here is broken: unexpected end of data (look for a quote that is not closed)"],
    ),
    "a cell of 200,000 characters": (
        b"a,b\n1," + b"x" * 120_000 + b"\n",
        ["t.csv:2:3: b: has 120000 characters; at most 100000 are read"],
    ),
    "cp1252": (b"a,b\n1,caf\xe9\n", ["t.csv:2:6: is not UTF-8: byte 9 is 0xe9 (save it as UTF-8)"]),
    "a byte order mark": (
        b"\xef\xbb\xbfa,b\n1,2\n",
        ["t.csv:1: begins with a byte order mark (save it as UTF-8 without one)"],
    ),
    "a column twice": (b"a,a\n1,2\n", ["t.csv:1: the column 'a' is there twice"]),
    "a name that needs quoting": (
        b"a,b]\n1,2\n",
        ["t.csv:1: the name 'b]' should be small letters, digits and _, begin with a letter, at most 63 long"],
    ),
    "hidden characters, and letters that are not composed": (
        "a,b\n1,x\u202ey\n2,\u200b\n3,e\u0301\n".encode(),
        [
            "t.csv:2:3: b: has the hidden character U+202E; remove it",
            "t.csv:3:3: b: has the hidden character U+200B; remove it",
            "t.csv:4:3: b: 'e\u0301' is not in Unicode's normal form C; compose its letters",
        ],
    ),
    "rows of other lengths, before and behind a cell of two lines": (
        b'a,b\n1\n"x\ny",2,3\n4,\x07\n',
        [
            "t.csv:2: has 1 cells, not 2",
            "t.csv:3: has 3 cells, not 2",
            "t.csv:5:3: b: has the hidden character U+0007; remove it",
        ],
    ),
    "nothing": (b"", ["t.csv:1: there is no header"]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CSV_FILES.values(), ids=CSV_FILES)
def test_a_broken_csv_file_is_refused_with_all_places(
    data: bytes, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    assert problems(tmp_path / "t.csv") == expected


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n" + b"x\x07\n" * 1001)
    found = problems(tmp_path / "t.csv")
    assert len(found) == most("csv_problems") + 1
    assert found[-1] == "t.csv: may have more problems than these (correct these, then try again)"


# ---- what is fine passes, and is what it was


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(alphabet="abé€😀 \n\"',;=-+@01.|<>&", min_size=1, max_size=8),
    "integer": st.integers(-INT64, INT64 - 1),
    "number": st.decimals(-99999999, 99999999, places=4),
    "year": st.integers(1000, 9999),
    "yearmonth": st.builds("{:04}-{:02}".format, st.integers(1000, 9999), st.integers(1, 12)),
    "boolean": st.booleans(),
    "date": st.dates().map(lambda day: day.isoformat()),
    "array": st.sampled_from(["[]", '["a, b", "é"]', "[1,\n2]"]),
}
OWN_KEYS = st.dictionaries(
    st.sampled_from(["x:own", "keywords_of_ours", "temporal"]),
    st.none() | st.integers() | st.text("ab<é", max_size=5) | st.lists(st.booleans(), max_size=2),
    max_size=2,
)


@st.composite
def packages(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, bytes], dict[str, list[Any]]]:
    """A valid package: its descriptor, its CSV files, and the rows that they mean."""
    resources, files, rows = [], {}, {}
    for number in range(draw(st.integers(1, 3))):
        name = f"table_{number}"
        kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=5))
        fields = [{"name": "key", "type": "integer", "constraints": {"required": True}}]
        fields += [{"name": f"c{index}", "type": kind} for index, kind in enumerate(kinds)]
        columns = {"key": VALUES["integer"]}
        columns |= {f"c{index}": st.none() | VALUES[kind] for index, kind in enumerate(kinds)}
        made = draw(
            st.lists(st.fixed_dictionaries(columns), unique_by=lambda row: row["key"], max_size=6)
        )
        data = write_csv(list(columns), made)
        if draw(st.booleans()):
            data = data.replace(b"\n", b"\r\n") if b'"' not in data else data
        path = draw(st.sampled_from([f"{name}.csv", f"data/{name}.csv", f"a b/{name}.CSV"]))
        resource = {"name": name, "path": path, "schema": {"fields": fields}, **draw(OWN_KEYS)}
        if draw(st.booleans()):
            resource["schema"]["primaryKey"] = draw(st.sampled_from(["key", ["key"]]))
        if draw(st.booleans()):
            resource |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        if draw(st.booleans()):
            resource |= {"encoding": "UTF-8", "dialect": {"delimiter": ","}, "format": "csv"}
        if draw(st.booleans()):
            resource |= {"profile": "tabular-data-resource", "mediatype": "text/csv"}
        resources.append(resource)
        files[path], rows[name] = data, made
    described = {"resources": resources, **draw(OWN_KEYS)}
    if draw(st.booleans()):
        described |= {
            "title": "</script> & <b>",
            "homepage": "https://example.org",
            "licenses": [{"name": "CC0-1.0", "path": "https://example.org/cc0"}],
            "sources": [{"title": "x", "path": "sources/x.pdf"}],
            "contributors": [{"title": "x", "path": "mailto:x@example.org"}],
        }
    return described, files, rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=packages(), where=st.sampled_from(["folder", "zip", "zip in a folder"]))
def test_a_valid_package_of_any_shape_passes_unchanged(
    made: tuple[dict[str, Any], dict[str, bytes], dict[str, list[Any]]],
    where: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    described, files, rows = made
    root = tmp_path_factory.mktemp("valid")
    if where == "folder":
        received = receive(folder(root, described, files))
    else:
        before = "package/" if where == "zip in a folder" else ""
        whole = {"datapackage.json": json.dumps(described).encode(), **files}
        named = {before + name: data for name, data in whole.items()}
        received = receive(zipped(root / "p.zip", named))
    assert received.descriptor == described
    assert {table.name: list(table.rows) for table in received.tables} == rows
    assert {table.csv for table in received.tables} == set(files.values())


ROOT = Path(__file__).parent.parent.parent
PUBLICATIONS = [ROOT, *sorted(path.parent for path in ROOT.glob("tests/publications/*/datapackage.json"))]  # fmt: skip


@pytest.mark.parametrize("root", PUBLICATIONS, ids=lambda root: root.name)
def test_what_this_toolkit_published_passes_unchanged(root: Path) -> None:
    received = receive(root)
    assert received.descriptor == json.loads((root / "datapackage.json").read_bytes())
    for table in received.tables:
        assert table.csv == (root / f"tables/{table.name}.csv").read_bytes()
        assert write_csv(table.schema.names, table.rows) == table.csv


def test_the_command_names_the_tables_or_everything_that_is_wrong(tmp_path: Path) -> None:
    root = folder(tmp_path, descriptor())
    fine = CliRunner().invoke(main, ["inspect", str(root)])
    assert fine.stdout.splitlines() == ["t: 2 rows of key, label", "nothing is wrong with it"]
    (root / "t.csv").write_bytes(b"key,label\nx,y\n")
    wrong = CliRunner().invoke(main, ["inspect", str(root)])
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("t.csv:2:1: key: 'x' is not a whole number")


# ---- the limits


def test_the_page_lists_each_limit_as_it_is() -> None:
    page = (ROOT / "docs" / "incoming.md").read_text("utf-8")
    rows = [f"| `{each.name}` | {each.most:,} {each.of} | {each.why} |" for each in LIMITS]
    table = page.partition("| limit |")[2]
    assert [line for line in table.splitlines() if line.startswith("| `")] == rows


def test_a_limit_can_be_set_for_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBAAR_LIMIT_TABLE_BYTES", "22")
    assert problems(folder(tmp_path, descriptor())) == ["t.csv: has 23 bytes; at most 22 are read"]


@pytest.mark.parametrize("given", ["", "0", "-5", "many", "٣", "1e9"])
def test_a_limit_that_is_no_number_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBAAR_LIMIT_TABLE_BYTES", given)
    with pytest.raises(OpenbaarError, match=r"OPENBAAR_LIMIT_TABLE_BYTES: is .* above 0"):
        most("table_bytes")


def test_received_holds_what_passed(tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(workbooks.zipped(package()))
    received = receive(tmp_path / "p.zip")
    assert isinstance(received, Received)
    (table,) = received.tables
    assert table.rows == [{"key": 1, "label": "een"}, {"key": 2, "label": "twee"}]
