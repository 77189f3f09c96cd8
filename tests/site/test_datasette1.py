"""The same pages, with our templates, in the coming Datasette, which runs in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from served import ROOT, build
from walk import FINE

DATASETTE1 = ROOT / ".venv-datasette1" / "bin" / "python"
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from datasette.utils import parse_metadata
from openbaar.site import application
from openbaar.site.published import Published
from walk import visit

database, metadata = map(Path, sys.argv[1:])
about = parse_metadata(metadata.read_text("utf-8"))
datasette = application.make(database, about, Published.read(metadata.parent))

async def main():
    found = await visit(datasette, database, about)
    pages = {}
    for address in ("/", f"/{database.stem}/started_by_gender/2022,female", "/source/vdab-online-opleidingen.txt"):
        pages[address] = (await datasette.client.get(address, headers={"accept-language": "en"})).text
    print(json.dumps([found, pages]))

asyncio.run(main())
"""
SIGNS = {
    "/": '<html lang="en">',
    "/vdab-online-opleidingen/started_by_gender/2022,female": '<mark title="Started">50.252</mark>',
    "/source/vdab-online-opleidingen.txt": '<li value="173" id="L173">',
}


@pytest.mark.slow
@pytest.mark.skipif(
    not DATASETTE1.exists(), reason="no environment for Datasette 1.0; `make test` makes it"
)
def test_every_page_of_ours_answers_in_the_coming_datasette(tmp_path: Path) -> None:
    built = build(ROOT, tmp_path)
    command = [DATASETTE1, "-c", PROGRAM, built.database, built.metadata]
    paths = f"{ROOT / 'scripts'}:{ROOT / 'tests'}"
    run = subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": paths}, check=False
    )
    assert run.returncode == 0, run.stderr
    found, pages = json.loads(run.stdout)
    assert len(found) > 40
    assert {address: verdict for address, verdict in found.items() if verdict != FINE} == {}
    assert {address: sign for address, sign in SIGNS.items() if sign not in pages[address]} == {}
