"""SDMX-JSON 2.0 structure message: what the columns of an SDMX-CSV mean, and the codes in it.

See https://github.com/sdmx-twg/sdmx-json/tree/master/structure-message. A code list of another
agency is named with the codes that the table uses, and marked as a part of it (`isPartial`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openbaar.package.catalogues.sdmx import Described, Read, code_of, reference_of
from openbaar.tables.authored.sdmx import OBSERVATION, PART

SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/"
    "2.0.0/sdmx-json-structure-schema.json"
)
TIME = "TIME_PERIOD"
URN = "urn:sdmx:org.sdmx.infomodel"
_REFERENCE = re.compile(r"(?P<agency>.+):(?P<id>.+)\((?P<version>.+)\)")


def path_of(table: str) -> str:
    """Where the structure message of a table lies in the data package."""
    return f"sdmx/{table}.json"


@dataclass(frozen=True)
class _Artefact:
    """Something with a name of its own that an agency maintains: `OPENBAAR:STARTED(1.0)`."""

    agency: str
    id: str
    version: str

    @classmethod
    def named(cls, reference: str) -> _Artefact:
        """The artefact that a reference names, in the form that `tables.sdmx` holds it to."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise LookupError(f"'{reference}' names no artefact of SDMX")
        return cls(found["agency"], found["id"], found["version"])

    def part(self, id: str) -> _Artefact:
        """Another artefact of the same agency and version."""
        return _Artefact(self.agency, id, self.version)

    def urn(self, kind: str, item: str = "") -> str:
        """Its name for all: `kind` is a class of SDMX, `item` something in it."""
        return f"{URN}.{kind}={self.agency}:{self.id}({self.version}){item}"

    def described(self, names: Mapping[str, str]) -> dict[str, Any]:
        """What each message says of an artefact first."""
        (first, *_) = names.values()
        return {
            "id": self.id,
            "agencyID": self.agency,
            "version": self.version,
            "name": first,
            "names": dict(names),
        }


def has_message(resource: Described) -> bool:
    """Whether a table has a structure message.

    SDMX asks for a dimension besides time, so one whose rows only time tells apart has none.
    """
    if "sdmx" not in resource:
        return False
    concepts = resource["sdmx"]["concepts"].items()
    return any(_is_dimension(name, concept, resource) for name, concept in concepts)


def _is_dimension(name: str, concept: Described, resource: Described) -> bool:
    """Whether a concept, other than time, tells rows apart."""
    columns = {found[1] for found in PART.finditer(concept["value"])}
    key = resource["schema"]["primaryKey"]
    return name not in (TIME, OBSERVATION) and bool(columns.intersection(key))


def message(descriptor: Described, resource: Described, read: Read) -> bytes:
    """The structure message of a table whose resource has the key `sdmx`; in all its languages."""
    made = _Structure(descriptor, resource, read)
    code_lists = list(made.code_lists())
    structure = _Artefact.named(resource["sdmx"]["structure"])
    whole = {
        "meta": {
            "schema": SCHEMA,
            "id": re.sub(r"\W", "-", f"{resource['name']}-{descriptor['version']}"),
            "prepared": descriptor.get("created", "1970-01-01T00:00:00Z"),
            "test": False,
            "contentLanguages": list(descriptor["languages"]),
            "sender": {"id": structure.agency},
        },
        "data": {
            **({"codelists": code_lists} if code_lists else {}),
            "conceptSchemes": [made.concepts()],
            "dataStructures": [made.data_structure()],
        },
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def messages(descriptor: Described, read: Read) -> dict[str, bytes]:
    """The structure messages of all tables that have one, by their path in the data package."""
    made = {}
    for resource in descriptor["resources"]:
        if has_message(resource):
            made[path_of(resource["name"])] = message(descriptor, resource, read)
    return made


class _Structure:
    """The structure of one table: its concepts, in what roles, with which codes."""

    def __init__(self, descriptor: Described, resource: Described, read: Read) -> None:
        self._languages = list(descriptor["languages"])
        self._resource = resource
        self._read = read
        self._concepts: Mapping[str, Described] = resource["sdmx"]["concepts"]
        self._structure = _Artefact.named(resource["sdmx"]["structure"])
        self._scheme = self._structure.part(f"CS_{self._structure.id}")
        self._fields = {field["name"]: field for field in resource["schema"]["fields"]}

    def concepts(self) -> dict[str, Any]:
        """The concepts, called as the columns that they are made of."""
        listed = []
        for name in self._concepts:
            names = self._names_of(name)
            listed.append({"id": name, "name": next(iter(names.values())), "names": names})
        titles = self._texts(self._resource, self._structure.id)
        return {**self._scheme.described(titles), "concepts": listed}

    def code_lists(self) -> Iterator[dict[str, Any]]:
        """The code list of each concept that has codes, with those that the table may use."""
        for name, concept in self._concepts.items():
            codes = self._codes(name)
            if codes:
                described = self._list_of(name).described(self._names_of(name))
                yield {**described, "isPartial": "list" in concept, "codes": codes}

    def data_structure(self) -> dict[str, Any]:
        """Which concepts tell rows apart, which is the figure, and which say more of it."""
        dimensions, attributes = [], []
        components: dict[str, Any] = {}
        for name, concept in self._concepts.items():
            if name == OBSERVATION:
                measure = [self._component(name)]
                components["measureList"] = {"id": "MeasureDescriptor", "measures": measure}
            elif _is_dimension(name, concept, self._resource):
                dimensions.append(self._component(name))
            elif name != TIME:
                of_figure: dict[str, Any] = {"observation": {}}
                attribute = {**self._component(name), "attributeRelationship": of_figure}
                attributes.append(attribute)
        listed: dict[str, Any] = {"id": "DimensionDescriptor", "dimensions": dimensions}
        if TIME in self._concepts:
            listed["timeDimension"] = self._component(TIME)
        components["dimensionList"] = listed
        if attributes:
            components["attributeList"] = {"id": "AttributeDescriptor", "attributes": attributes}
        described = self._structure.described(self._texts(self._resource, self._structure.id))
        return {**described, "dataStructureComponents": components}

    def _component(self, name: str) -> dict[str, Any]:
        """A concept in a structure, with what its cells may hold."""
        if name == TIME:
            representation: dict[str, Any] = {"format": {"dataType": "ObservationalTimePeriod"}}
        elif self._codes(name):
            representation = {"enumeration": self._list_of(name).urn("codelist.Codelist")}
        else:
            representation = {"format": {"dataType": self._data_type(name)}}
        identity = self._scheme.urn("conceptscheme.Concept", f".{name}")
        return {"id": name, "conceptIdentity": identity, "localRepresentation": representation}

    def _data_type(self, name: str) -> str:
        """The type of a concept of one column, as SDMX calls it; text where it has several."""
        types = {
            "integer": "Integer",
            "number": "Decimal",
            "year": "GregorianYear",
            "yearmonth": "GregorianYearMonth",
        }
        column = self._only_column(name)
        return "String" if column is None else types.get(self._fields[column]["type"], "String")

    def _only_column(self, name: str) -> str | None:
        """The column that a concept is made of and nothing else; None where there is more."""
        found = PART.fullmatch(self._concepts[name]["value"])
        return None if found is None else found[1]

    def _list_of(self, name: str) -> _Artefact:
        """The code list of a concept: that which the author names, else one of the table's own."""
        named = self._concepts[name].get("list")
        return self._structure.part(f"CL_{name}") if named is None else _Artefact.named(named)

    def _codes(self, name: str) -> list[dict[str, str]]:
        """The codes of a concept, with what readers call them; none where it has no codes."""
        column = self._only_column(name)
        if column is None:
            return []
        concept = self._concepts[name]
        labels: dict[str, list[str]] = {}
        for ours, label in self._our_codes(concept, column).items():
            code = code_of(concept, ours, self._resource, self._read)
            if code:
                labels.setdefault(code, []).append(label)
        # Several of ours may be one of theirs.
        return [{"id": code, "name": "; ".join(called)} for code, called in labels.items()]

    def _our_codes(self, concept: Described, column: str) -> dict[str, str]:
        """Our own codes of a column, each with its label, else with itself."""
        categories = self._fields[column].get("categories")
        if categories is not None:
            return {each["value"]: str(each.get("label") or each["value"]) for each in categories}
        found = {ours: ours for ours in concept.get("codes", {})}
        if "." in concept["value"]:  # through a code list
            reference = reference_of(self._resource, column)
            (code,) = reference["fields"]
            rows = self._read(reference["resource"])
            found |= {row[code]: row.get("label") or row[code] for row in rows}
        return found

    def _names_of(self, concept: str) -> dict[str, str]:
        column = self._only_column(concept)
        return {"en": concept} if column is None else self._texts(self._fields[column], concept)

    def _texts(self, described: Described, otherwise: str) -> dict[str, str]:
        """The title in each language; a name where it has none."""
        found = {self._languages[0]: str(described.get("title") or otherwise)}
        for language, texts in described.get("translations", {}).items():
            if texts.get("title"):
                found[language] = str(texts["title"])
        return found
