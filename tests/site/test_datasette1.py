"""The same pages in the coming Datasette, which runs in an environment of its own."""

from __future__ import annotations

import json
import subprocess

import pytest

from served import ROOT, Built
from walk import FINE

DATASETTE1 = ROOT / ".venv-datasette1" / "bin" / "python"
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from datasette.utils import parse_metadata
import entry_point
from openbaar.site import application
from walk import visit

database, metadata, addresses = sys.argv[1:]
database, metadata = Path(database), Path(metadata)
about = parse_metadata(metadata.read_text("utf-8"))
datasette = application.make(database, about, {"folder": str(metadata.parent)})

async def main():
    found = await visit(datasette, database, about)
    pages = {}
    for address in json.loads(addresses):
        answer = await datasette.client.get(address)
        pages[address] = answer.text
    print(json.dumps([found, pages]))

asyncio.run(main())
"""
SIGNS = {
    "/en/": '<html lang="en">',
    "/en/vdab-online-opleidingen/started_by_gender/2022,female": '<mark title="Started">50.252</mark>',
    "/source/vdab-online-opleidingen.txt": ' id="L173">',
}


@pytest.mark.slow
@pytest.mark.skipif(
    not DATASETTE1.exists(), reason="no environment for Datasette 1.0; `make test` makes it"
)
def test_every_page_of_ours_answers_in_the_coming_datasette(vdab: Built) -> None:
    command = [DATASETTE1, "-c", PROGRAM, vdab.database, vdab.metadata, json.dumps(list(SIGNS))]
    paths = f"{ROOT / 'scripts'}:{ROOT / 'tests'}"
    run = subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": paths}, check=False
    )
    assert run.returncode == 0, run.stderr
    found, pages = json.loads(run.stdout)
    assert len(found) > 40
    assert {address: verdict for address, verdict in found.items() if verdict != FINE} == {}
    assert {address: sign for address, sign in SIGNS.items() if sign not in pages[address]} == {}


STRANGERS = """
import asyncio, json, sys
from pathlib import Path
import entry_point
import patience
from openbaar.site.requests.apart import ForkServer
from openbaar.site.serving.serve import site

database, metadata, addresses = sys.argv[1:]
datasette = site(Path(database), Path(metadata), "https://data.example", True)

async def main():
    found = []
    hurried = ForkServer.answer
    for address in json.loads(addresses):
        ForkServer.answer = hurried if "instr(" in address else patience.answer
        answer = await datasette.client.get(address)
        found.append([answer.status_code, answer.text])
    print(json.dumps(found))

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not DATASETTE1.exists(), reason="no environment for Datasette 1.0; `make test` makes it"
)
def test_what_costs_much_is_answered_apart_in_the_coming_datasette(small: Built) -> None:
    endless = "select+instr(a,substr(a,1,900000)||'1')+from+(select+hex(zeroblob(990000))+a)"
    addresses = [
        "/municipalities/-/query.json?sql=select+1&_shape=array",
        "/municipalities/regions.json?_sort=code&_shape=array&_size=max",
        f"/municipalities/-/query.json?sql={endless}",
        "/municipalities/regions.json?_size=3&_next=3,brussels",
    ]
    command = [DATASETTE1, "-c", STRANGERS, small.database, small.metadata, json.dumps(addresses)]
    paths = f"{ROOT / 'scripts'}:{ROOT / 'tests'}"
    run = subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": paths}, check=False
    )
    assert run.returncode == 0, run.stderr
    (query, page, stopped, next_page) = json.loads(run.stdout)
    assert query == [200, '[{"1": 1}]']
    assert (page[0], len(json.loads(page[1]))) == (200, 4)
    assert (next_page[0], [row["code"] for row in json.loads(next_page[1])["rows"]]) == (
        200,
        ["wallonia"],
    )
    told = "De query duurde te lang of vroeg te veel op en is afgebroken."
    assert stopped == [400, told]
