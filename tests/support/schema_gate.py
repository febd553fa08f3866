#!/usr/bin/python3
"""Checks Graph JSON (responses, webhook bodies) against the service metadata in api/*.csdl.

What must hold: every object names its type in `@odata.type`; every member is declared, of the declared type,
and null only where the metadata allows it; enum members are spelled as declared (`operationStatus` as the
service spells it, which the metadata does not); nothing that is required is missing. What the metadata lacks
but the service sends stands in api/undeclared.toml with its source. OData annotations and `@tonearm.*` may stand anywhere.

As a library:     problems = Gate.load().check(body, "v1.0")
On the command line:  schema_gate.py [--version v1.0] FOLDER_OR_FILE…
    A file whose name starts with `v1.0` or `beta` is checked against that version, any other against both.
"""

import argparse
import json
import re
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

VERSIONS = ("v1.0", "beta")
API = Path(__file__).resolve().parents[2] / "api"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"

PATTERNS = {
    "Edm.DateTimeOffset": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)",
    "Edm.Duration": r"-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
    "Edm.Guid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}
INTEGER_BITS = {"Edm.Int32": 31, "Edm.Int64": 63}


def short(name):
    """`graph.call`, `microsoft.graph.call` and `#microsoft.graph.call` are all `call`."""
    return re.sub(r"^#?(microsoft\.)?graph\.", "", name)


def lower_first(name):
    return name[:1].lower() + name[1:]


@dataclass
class Member:
    type: str  # as in the metadata: "Edm.String", "graph.identity", "Collection(graph.modality)"
    nullable: bool = True


@dataclass
class StructuredType:
    """A complex or entity type, without what it inherits."""

    name: str
    base: str | None
    abstract: bool
    entity: bool
    members: dict[str, Member] = field(default_factory=dict)


class Schema:
    """The types of one version."""

    def __init__(self, csdl: Path):
        self.types: dict[str, StructuredType] = {}
        self.enums: dict[str, tuple[bool, set[str]]] = {}
        for element in ElementTree.parse(csdl).iter():
            if element.tag in (EDM + "ComplexType", EDM + "EntityType"):
                self._add_type(element)
            elif element.tag == EDM + "EnumType":
                self._add_enum(element)

    def _add_type(self, element):
        base = element.get("BaseType")
        added = StructuredType(
            name=element.get("Name"),
            base=short(base) if base else None,
            abstract=element.get("Abstract") == "true",
            entity=element.tag == EDM + "EntityType",
        )
        for child in element:
            if child.tag in (EDM + "Property", EDM + "NavigationProperty"):
                nullable = child.get("Nullable", "true") == "true"
                added.members[child.get("Name")] = Member(child.get("Type"), nullable)
        self.types[added.name] = added

    def _add_enum(self, element):
        names = {member.get("Name") for member in element.iter(EDM + "Member")}
        if element.get("Name") == "operationStatus":
            # Declared as Running, Completed …; every page but one and all recorded traffic have lower case.
            names = {lower_first(name) for name in names}
        self.enums[element.get("Name")] = (element.get("IsFlags") == "true", names)

    def lineage(self, name):
        """The type and its bases, nearest first."""
        while name is not None:
            yield self.types[name]
            name = self.types[name].base

    def members(self, name) -> dict[str, Member]:
        found: dict[str, Member] = {}
        for part in self.lineage(name):
            found = part.members | found
        return found

    def derives(self, name, base):
        return any(part.name == base for part in self.lineage(name))


@dataclass
class Undeclared:
    """A member that the service sends and the metadata lacks."""

    type: str
    member: str
    edm: list[str]
    versions: list[str]
    source: str
    nullable: bool = True

    @classmethod
    def read(cls, entry):
        edm = entry["edm"]
        return cls(
            type=entry["type"],
            member=entry["member"],
            edm=[edm] if isinstance(edm, str) else edm,
            versions=entry.get("versions", list(VERSIONS)),
            source=entry["source"],
            nullable=entry.get("nullable", True),
        )


@dataclass
class Sightings:
    """What the bodies of many checks have had in them."""

    members: set[tuple[str, str]] = field(default_factory=set)  # (declaring type, member) that was something
    nulls: set[tuple[str, str]] = field(default_factory=set)  # the same, null or an empty list
    undeclared: set[tuple[str, str]] = field(default_factory=set)  # entries of api/undeclared.toml
    types: set[str] = field(default_factory=set)  # each `@odata.type`, and what it derives from

    def add(self, more: "Sightings"):
        self.members |= more.members
        self.nulls |= more.nulls
        self.undeclared |= more.undeclared
        self.types |= more.types


class Gate:
    def __init__(self, schemas: dict[str, Schema], undeclared: list[Undeclared]):
        self.schemas = schemas
        self.undeclared = undeclared

    @classmethod
    def load(cls, api: Path = API):
        schemas = {version: Schema(api / f"communications-{version}.csdl") for version in VERSIONS}
        with open(api / "undeclared.toml", "rb") as file:
            entries = tomllib.load(file)["member"]
        return cls(schemas, [Undeclared.read(entry) for entry in entries])

    def check(self, body, version: str, seen: Sightings | None = None) -> list[str]:
        """What is wrong with a response or webhook body, a sentence per fault; empty if nothing is."""
        return _Check(self.schemas[version], self._undeclared(version), seen or Sightings()).body(body)

    def check_everywhere(self, body, versions=VERSIONS) -> list[str]:
        return [f"{version}: {problem}" for version in versions for problem in self.check(body, version)]

    def _undeclared(self, version):
        return {(one.type, one.member): one for one in self.undeclared if version in one.versions}


class _Check:
    """One body against one version."""

    def __init__(self, schema: Schema, undeclared: dict[tuple[str, str], Undeclared], seen: Sightings):
        self.schema = schema
        self.undeclared = undeclared
        self.seen = seen
        self.problems: list[str] = []
        self.whole = False  # a GET's entity must be complete, a notification's need not

    def body(self, body) -> list[str]:
        if not isinstance(body, dict):
            self.say("$", "is no object")
        elif "error" in body:
            self.error(body)
        elif "@odata.context" in body and isinstance(body.get("value"), list):
            self.collection(body)
        else:
            self.whole = "@odata.context" in body
            self.structured(body, None, "$")
        return self.problems

    def say(self, path, problem):
        self.problems.append(f"{path} {problem}")

    def error(self, body):
        """`{"error":{"code","message","innerError":{…}}}` is no type of the metadata."""
        error = body["error"]
        inner = error.get("innerError") if isinstance(error, dict) else None
        if not isinstance(inner, dict):
            return self.say("$.error", "has no innerError object")
        for path, owner, names in (
            ("$.error", error, ("code", "message")),
            ("$.error.innerError", inner, ("date", "request-id", "client-request-id")),
        ):
            for name in names:
                if not isinstance(owner.get(name), str):
                    self.say(f"{path}.{name}", "is no string")

    def collection(self, body):
        for name in body:
            if name != "value" and not name.startswith("@"):
                self.say(f"$.{name}", "does not belong to a collection")
        for at, item in enumerate(body["value"]):
            self.structured(item, "entity", f"$.value[{at}]")

    def value(self, value, member: Member, path):
        if value is None:
            if not member.nullable or member.type.startswith("Collection("):
                self.say(path, f"is null, which {member.type} here cannot be")
        elif member.type.startswith("Collection("):
            self.list(value, member.type[len("Collection(") : -1], path)
        elif member.type.startswith("Edm."):
            self.primitive(value, member.type, path)
        elif short(member.type) in self.schema.enums:
            self.enum(value, short(member.type), path)
        else:
            self.structured(value, short(member.type), path)

    def list(self, value, item_type, path):
        if not isinstance(value, list):
            return self.say(path, f"is no list of {item_type}")
        for at, item in enumerate(value):
            self.value(item, Member(item_type, nullable=False), f"{path}[{at}]")

    def primitive(self, value, edm, path):
        fits = True
        if edm in INTEGER_BITS:
            limit = 1 << INTEGER_BITS[edm]
            fits = type(value) is int and -limit <= value < limit
        elif edm == "Edm.Boolean":
            fits = isinstance(value, bool)
        elif edm == "Edm.Double":
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        elif edm == "Edm.String":
            fits = isinstance(value, str)
        elif edm in PATTERNS:
            fits = isinstance(value, str) and re.fullmatch(PATTERNS[edm], value) is not None
        if not fits:
            self.say(path, f"is no {edm}: {value!r}")

    def enum(self, value, name, path):
        flags, members = self.schema.enums[name]
        spelled = value.split(",") if flags and isinstance(value, str) else [value]
        for one in spelled:
            if one not in members:
                self.say(path, f"is no {name}: {one!r}")

    def structured(self, value, declared, path):
        if not isinstance(value, dict):
            return self.say(path, f"is no {declared or 'object'}: {value!r}")
        name = self.type_name(value, declared, path)
        if name is None:
            return None
        self.seen.types.update(part.name for part in self.schema.lineage(name))
        members = self.schema.members(name)
        for member, inner in value.items():
            self.member(name, members, member, inner, f"{path}.{member}")
        self.required(value, name, members, path)
        return None

    def type_name(self, value, declared, path):
        written = value.get("@odata.type")
        if not isinstance(written, str):
            return self.say(path, "has no @odata.type")
        if not written.startswith("#microsoft.graph."):
            return self.say(path, f"has an @odata.type that is no #microsoft.graph type: {written}")
        name = short(written)
        if name not in self.schema.types:
            return self.say(path, f"has an unknown @odata.type: {written}")
        if self.schema.types[name].abstract:
            self.say(path, f"has an abstract @odata.type: {written}")
        if declared is not None and not self.schema.derives(name, declared):
            self.say(path, f"is a {name}, which is no {declared}")
        return name

    def member(self, owner, members, name, value, path):
        if name.startswith(("@odata.", "@tonearm.")) or "@odata." in name:
            return
        if name in members:
            declaring = next(part.name for part in self.schema.lineage(owner) if name in part.members)
            self.sight(declaring, name, value)
            self.value(value, members[name], path)
            return
        for part in self.schema.lineage(owner):
            if (part.name, name) in self.undeclared:
                self.seen.undeclared.add((part.name, name))
                self.sight(part.name, name, value)
                self.undeclared_value(value, self.undeclared[part.name, name], path)
                return
        self.say(path, f"is no member of {owner}, and not in api/undeclared.toml")

    def sight(self, owner, name, value):
        (self.seen.nulls if value in (None, []) else self.seen.members).add((owner, name))

    def undeclared_value(self, value, entry: Undeclared, path):
        fitting = [edm for edm in entry.edm if edm.startswith("Collection(") == isinstance(value, list)]
        self.value(value, Member((fitting or entry.edm)[0], entry.nullable), path)

    def required(self, value, name, members, path):
        """Complex types are sent whole. Of an entity a notification sends what changed, but always its id and,
        for an operation, its status."""
        partial = self.schema.types[name].entity and not self.whole
        for member, declared in members.items():
            if declared.nullable or declared.type.startswith("Collection(") or member in value:
                continue
            if not partial or member in ("id", "status"):
                self.say(path, f"lacks {member}, which {name} must have")


def files_of(paths):
    for path in map(Path, paths):
        yield from sorted(path.rglob("*.json")) if path.is_dir() else [path]


def versions_of(file, asked):
    if asked:
        return (asked,)
    return tuple(version for version in VERSIONS if file.name.startswith(version)) or VERSIONS


def check_file(gate, file, asked):
    try:
        body = json.loads(file.read_bytes())
    except ValueError as error:
        return [f"is no JSON: {error}"]
    return gate.check_everywhere(body, versions_of(file, asked))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check JSON bodies against the Graph metadata in api/.")
    parser.add_argument("paths", nargs="+", metavar="FOLDER_OR_FILE")
    parser.add_argument("--version", choices=VERSIONS)
    options = parser.parse_args(arguments)
    gate = Gate.load()
    checked, faults = 0, 0
    for file in files_of(options.paths):
        checked += 1
        for problem in check_file(gate, file, options.version):
            faults += 1
            print(f"{file.name}: {problem}")
    print(f"{checked} bodies checked, {faults} faults")
    # A folder without bodies is a test that has not run.
    return 0 if checked and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
