"""The facts that a descriptor states, as `datapackage.json` has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from openbaar.package.catalogues.facts import (
    Agent,
    Column,
    Contributor,
    Descriptor,
    Document,
    Facts,
    Licence,
    Reference,
    TableFacts,
    Texts,
    text,
)
from openbaar.schema.conventions import NOT_SPECIFIED, UNKNOWN
from openbaar.texts import catalogue, is_unknown


def facts(descriptor: Descriptor) -> Facts:
    """What a descriptor, as `datapackage.json` has it, says to catalogues."""
    languages = tuple(descriptor["languages"])
    documents = tuple(_document(each, languages) for each in descriptor.get("sources", []))
    licences = _licences(descriptor, "documents")
    additions = _licences(descriptor, "additions")
    return Facts(
        name=descriptor["name"],
        id=descriptor.get("id"),
        version=descriptor["version"],
        languages=languages,
        title=_title(descriptor, descriptor["name"], languages),
        description=_texts(descriptor, "description", languages),
        keywords=tuple(descriptor.get("keywords", [])),
        keywords_by_language=descriptor.get("keywordsByLanguage", {}),
        homepage=descriptor.get("homepage"),
        doi=descriptor.get("doi"),
        created=_day(descriptor.get("created")),
        issued=descriptor.get("issued"),
        modified=descriptor.get("modified"),
        publisher=_agent(descriptor.get("publisher"), languages),
        contact=_agent(descriptor.get("contact"), languages),
        contributors=_contributors(descriptor),
        themes=tuple(descriptor.get("themes", [])),
        places=tuple(descriptor.get("places", [])),
        period=_period(descriptor.get("period")),
        frequency=descriptor.get("frequency"),
        access_rights=descriptor.get("accessRights"),
        licences=licences,
        additions=additions,
        rights=_rights(documents, licences, additions, languages),
        documents=documents,
        tables=tuple(_table(each, languages) for each in descriptor["resources"]),
    )


def _texts(described: Descriptor, key: str, languages: Sequence[str]) -> Texts:
    """The text `key` in each language in which the descriptor has one that says something."""
    translations = described.get("translations", {})
    given = {languages[0]: described.get(key)}
    for language in languages[1:]:
        given[language] = translations.get(language, {}).get(key)
    return {language: str(said) for language, said in given.items() if _says_something(said)}


def _title(described: Descriptor, name: str, languages: Sequence[str]) -> Texts:
    """The title, which every catalogue requires; the name of a thing where nobody gave it one."""
    return _texts(described, "title", languages) or {languages[0]: name}


def _says_something(said: str | None) -> bool:
    """Whether a text is there that is not the word for unknown."""
    return bool(said) and not is_unknown(str(said))


def _day(created: str | None) -> str | None:
    """The day of a time as the standard writes it: '2024-02-03T00:00:00Z' → '2024-02-03'."""
    return None if created is None else created.partition("T")[0]


def _agent(described: Descriptor | None, languages: Sequence[str]) -> Agent | None:
    if described is None:
        return None
    return Agent(
        name=_texts(described, "title", languages),
        email=described.get("email"),
        path=described.get("path"),
        type=described.get("type"),
    )


def _contributors(descriptor: Descriptor) -> tuple[Contributor, ...]:
    """Those who are known: nobody is called `unknown`."""
    described = descriptor.get("contributors", [])
    return tuple(_contributor(each) for each in described if not is_unknown(each["title"]))


def _contributor(described: Descriptor) -> Contributor:
    return Contributor(
        title=described["title"],
        given=described.get("givenName"),
        family=described.get("familyName"),
        organization=described.get("organization"),
        email=described.get("email"),
        path=described.get("path"),
        roles=tuple(described.get("roles", [])),
    )


def _period(described: Descriptor | None) -> tuple[str, str] | None:
    return None if described is None else (described["first"], described["last"])


def _licences(descriptor: Descriptor, applies_to: str) -> tuple[Licence, ...]:
    found = []
    for each in descriptor.get("licenses", []):
        if each["appliesTo"] == applies_to:
            found.append(Licence(each["name"], each["title"], each.get("path")))
    return tuple(found)


def _rights(
    documents: Sequence[Document],
    licences: Sequence[Licence],
    additions: Sequence[Licence],
    languages: Sequence[str],
) -> Texts:
    """What holds for the figures and what for the additions, in a sentence or two."""
    rights = {}
    for language in languages:
        _ = catalogue(language, languages[0]).gettext
        not_stated, of_documents, of_additions = (
            _("not stated"),
            _("source document"),
            _("additions"),
        )
        parts = [
            f"{_licence_names(licences, not_stated)} ({of_documents})",
            f"{_licence_names(additions, not_stated)} ({of_additions})",
        ]
        looked_up = _("looked up on %(date)s")
        statements = []
        for document in documents:
            if document.rights:
                statements.append(_statement(document, language, looked_up))
        rights[language] = ". ".join(["; ".join(parts), *dict.fromkeys(statements)])
    return rights


def _statement(document: Document, language: str, looked_up: str) -> str:
    """What is known of the rights on a document, and the day on which someone looked."""
    if document.rights_checked is None:
        return text(document.rights, language)
    date = looked_up % {"date": document.rights_checked}
    return f"{text(document.rights, language)} ({date})"


def _licence_names(licences: Sequence[Licence], not_stated: str) -> str:
    names = [not_stated if each.name == NOT_SPECIFIED else each.name for each in licences]
    return ", ".join(names) or not_stated


def _document(described: Descriptor, languages: Sequence[str]) -> Document:
    return Document(
        path=described["path"],
        sha256=described["sha256"],
        title=_title(described, PurePosixPath(described["path"]).name, languages),
        authors=_authors(described),
        date=_known(described.get("date")),
        licence=_known(described.get("license")),
        rights=_texts(described, "rights", languages),
        rights_checked=described.get("rights_checked"),
    )


def _authors(described: Descriptor) -> tuple[str, ...]:
    """The authors of a document one by one, else the text that says who they are."""
    names = []
    for person in described.get("authors", []):
        given, family = person.get("given"), person.get("family")
        names.append(person.get("name") or f"{given} {family}")
    stated = _known(described.get("author"))
    if not names and stated is not None:
        names.append(stated)
    return tuple(names)


def _known(said: str | None) -> str | None:
    return None if said == UNKNOWN else said


def _table(described: Descriptor, languages: Sequence[str]) -> TableFacts:
    schema = described["schema"]
    name = described["name"]
    return TableFacts(
        name=name,
        title=_title(described, name, languages),
        description=_texts(described, "description", languages),
        path=described["path"],
        media_type=described["mediatype"],
        bytes=described["bytes"],
        sha256=described["hash"].removeprefix("sha256:"),
        rows=described["rows"],
        columns=tuple(_column(each, languages) for each in schema["fields"]),
        primary_key=tuple(schema["primaryKey"]),
        references=tuple(_reference(name, key) for key in schema.get("foreignKeys", [])),
        is_code_list="categoryFieldMap" in described,
    )


def _column(described: Descriptor, languages: Sequence[str]) -> Column:
    categories = {each["value"]: each["label"] for each in described.get("categories", [])}
    return Column(
        name=described["name"],
        type=described["type"],
        title=_texts(described, "title", languages),
        description=_texts(described, "description", languages),
        unit=_texts(described, "unit", languages),
        constraints=described.get("constraints", {}),
        categories=categories,
    )


def _reference(table: str, key: Descriptor) -> Reference:
    reference = key["reference"]
    return Reference(
        columns=tuple(key["fields"]),
        table=reference.get("resource") or table,
        referenced=tuple(reference["fields"]),
    )
