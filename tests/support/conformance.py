#!/usr/bin/python3
"""Makes docs/conformance.md of the metadata, of what api/conformance.toml says, and of what tests have seen.

conformance.py              writes the page
conformance.py --check      exit 1 unless everything in the metadata has its row, every test named is in the sources,
                            and the page is what would be written
conformance.py --run REPORTS BODIES
                            judges a run as well: every test named has passed (JUnit files below REPORTS), and every member
                            in api/seen.toml was in a body of the test that it names there (logs below BODIES)
conformance.py --refresh BODIES
                            writes api/seen.toml anew, keeping the tests that still show their members; then the page

What a member's row says is evidence: a member that some test has seen in a body, not null, is done, and nobody has to
claim it. Only what is in requests, or in no body at all, is said by hand in api/conformance.toml.
"""

import argparse
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import test_names  # noqa: E402
from schema_gate import API, EDM, VERSIONS, Gate, Schema, short  # noqa: E402
from suite_gate import ALWAYS, Suites  # noqa: E402

ROOT = API.parent
PAGE = ROOT / "docs/conformance.md"
DONE, REFUSED, NOT_APPLICABLE, OPEN = STATES = ("done", "refused", "not applicable", "open")
BINDINGS = {"call": "calls", "participant": "participants"}  # entity to the collection that actions are bound to
ITEM = "/{id}"
# Suites whose tests are about what is in bodies, the most telling first.
TELLING = ("SampleBot", "CallTest", "CreateCall", "RecordingTest", "KeysTest", "TransferCall", "Surface", "PromptListTest")
# What OData has for a contained collection.
COLLECTION_REQUESTS = (("GET", ""), ("POST", ""), ("GET", "/$count"), ("GET", ITEM), ("PATCH", ITEM), ("DELETE", ITEM))


@dataclass
class Row:
    """One line of the page."""

    name: str
    versions: set[str] = field(default_factory=set)
    state: str = ""
    why: str = ""  # the error of what is refused, the reason of what is not applicable
    tests: list[str] = field(default_factory=list)


class Surface:
    """What both versions of the metadata have; each row without its state."""

    def __init__(self, api: Path):
        self.actions: dict[str, Row] = {}
        self.parameters: dict[str, Row] = {}
        self.requests: dict[str, Row] = {}
        self.types: dict[str, dict[str, Row]] = {}
        for version in VERSIONS:
            file = api / f"communications-{version}.csdl"
            self._add_types(Schema(file), version)
            for element in ElementTree.parse(file).iter():
                if element.tag in (EDM + "Action", EDM + "Function"):
                    self._add_action(element, version)

    def _add_types(self, schema, version):
        for name, kind in schema.types.items():
            rows = self.types.setdefault(name, {})
            for member in kind.members:
                rows.setdefault(member, Row(member)).versions.add(version)
        self._add_requests("calls", version)
        for member, kind in schema.types["call"].members.items():
            item = short(kind.type.removeprefix("Collection(").removesuffix(")"))
            if item in schema.types and schema.types[item].entity:
                self._add_requests(member, version)

    def _add_requests(self, collection, version):
        for method, below in COLLECTION_REQUESTS:
            name = f"{method} {collection}{below}"
            self.requests.setdefault(name, Row(name)).versions.add(version)

    def _add_action(self, element, version):
        binding, *parameters = element.iter(EDM + "Parameter")
        bound = binding.get("Type")
        owner = short(bound.removeprefix("Collection(").removesuffix(")"))
        name = f"{BINDINGS[owner] if bound.startswith('Collection(') else owner}/{element.get('Name')}"
        self.actions.setdefault(name, Row(name)).versions.add(version)
        for parameter in parameters:
            row = f"{name}.{parameter.get('Name')}"
            self.parameters.setdefault(row, Row(row)).versions.add(version)


class Faults(list):
    def unless(self, good, text):
        if not good:
            self.append(text)


class Conformance:
    """The rows of the page with their states."""

    def __init__(self, api: Path = API):
        self.surface = Surface(api)
        self.faults = Faults()
        with open(api / "conformance.toml", "rb") as file:
            said = tomllib.load(file)
        self.like: dict[str, dict] = said.get("like", {})
        with open(api / "seen.toml", "rb") as file:
            self.seen: dict[str, str] = tomllib.load(file)
        self._fill("action", self.surface.actions, said["action"])
        self._fill("parameter", self.surface.parameters, said["parameter"])
        self._fill("request", self.surface.requests, said["request"])
        self._fill_types(said.get("type", {}), said["member"])

    def _fill(self, kind, rows, said):
        for name, row in rows.items():
            if name in said:
                self._say(row, said[name], f"{kind} {name}")
            else:
                self._inherit(kind, row)
        for name in said.keys() - rows.keys():
            self.faults.append(f"{kind} {name} is in no metadata")

    def _inherit(self, kind, row):
        """Parameters of what is not done need no word of their own."""
        action = self.surface.actions.get(row.name.rpartition(".")[0]) if kind == "parameter" else None
        self.faults.unless(action and action.state != DONE, f"{kind} {row.name} has no row")
        if action:
            row.state, row.why, row.tests = action.state, action.why, action.tests

    def _say(self, row, said, what):
        """`said` is a test's name, a list of them, or a table."""
        if not isinstance(said, dict):
            said = {"state": DONE, "tests": said}
        said = self.like[said["like"]] if "like" in said else said
        row.state, row.why = said["state"], said.get("why", "")
        tests = said.get("tests", [])
        row.tests = [tests] if isinstance(tests, str) else list(tests)
        self.faults.unless(row.state in STATES, f"{what} is {row.state}, which is no state")
        self.faults.unless(row.state == DONE or row.why, f"{what} is {row.state}, and nothing says why")
        self.faults.unless(row.state not in (DONE, REFUSED) or row.tests, f"{what} is {row.state}, and no test shows it")

    def _fill_types(self, types, said):
        known = {f"{name}.{member}" for name, members in self.surface.types.items() for member in members}
        for name, members in self.surface.types.items():
            for member, row in members.items():
                self._fill_member(f"{name}.{member}", row, said.get(f"{name}.{member}"), types.get(name))
        for kind, names in (("type", types.keys() - self.surface.types.keys()), ("member", said.keys() - known)):
            self.faults += [f"{kind} {name} is in no metadata" for name in sorted(names)]
        self.faults += [f"api/seen.toml: {name} is in no metadata" for name in sorted(self.seen.keys() - known)]

    def _fill_member(self, name, row, said, otherwise):
        if name in self.seen:
            row.state, row.tests = DONE, [self.seen[name]]
            self.faults.unless(said is None, f"{name} was seen by {self.seen[name]}, and needs no row of its own")
        elif said is None and otherwise is None:
            self.faults.append(f"{name} was in no body of any test and api/conformance.toml says nothing of it")
        else:
            self._say(row, otherwise if said is None else said, name)

    def rows(self):
        surface = self.surface
        yield from surface.actions.values()
        yield from surface.parameters.values()
        yield from surface.requests.values()
        for members in surface.types.values():
            yield from members.values()

    def named(self):
        return sorted({test for row in self.rows() for test in row.tests})

    def check_names(self, known):
        for name in self.named():
            self.faults.unless(name in known, f"there is no test {name}")

    def check_outcomes(self, outcomes):
        node_ran = any(test_names.is_node(name) for name in outcomes)
        for name in self.named():
            if test_names.is_node(name) and not node_ran:
                continue
            ended = outcomes.get(name, "not run")
            self.faults.unless(ended == "passed", f"{name} shows something here, and was {ended}")

    def check_seen(self, seen):
        """`seen`: member to the tests that have seen it."""
        for name, test in self.seen.items():
            others = ", ".join(sorted(seen.get(name, ()))[:3]) or "nobody"
            self.faults.unless(test in seen.get(name, ()), f"{name} was not seen by {test}, but by {others}")
        for name in sorted(seen.keys() - self.seen.keys()):
            first = min(seen[name])
            self.faults.append(f"{name} was seen by {first}: refresh api/seen.toml (tests/support/conformance.py --refresh)")


def seen_members(suites: Suites, surface: Surface):
    """Member of the metadata to the tests that have had it in a body, not null; without node's, which not every run has."""
    found: dict[str, set[str]] = {}
    for test, sightings in suites.by_test.items():
        if test_names.is_node(test):
            continue
        for owner, member in sightings.members:
            if member in surface.types.get(owner, {}):
                found.setdefault(f"{owner}.{member}", set()).add(test_names.plain(test))
    return found


def refreshed(old, seen, known):
    """For each member one test, the old one where it will do; of several one that is about bodies, then by name."""

    def rank(test):
        suite = test.partition(".")[0]
        return (TELLING.index(suite) if suite in TELLING else len(TELLING), test)

    fitting = {name: sorted((test for test in seen[name] if test in known), key=rank) for name in sorted(seen)}
    return {name: old[name] if old.get(name) in tests else tests[0] for name, tests in fitting.items() if tests}


def toml_of(seen):
    lines = [
        "# Each member of the metadata that a test has seen in a response or notification, not null, and one such test.",
        "# Written by tests/support/conformance.py --refresh; every run of ./dev test compares it with what was seen.",
        "",
    ]
    return "\n".join(lines + [f'"{name}" = "{test}"' for name, test in seen.items()]) + "\n"


# ---- the page


def in_versions(row):
    return ["yes" if version in row.versions else "" for version in VERSIONS]


def shown_by(row):
    return ", ".join(f"`{test}`" for test in row.tests)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cells) + " |" for cells in rows]


def plain_rows(rows):
    return [[f"`{row.name}`", *in_versions(row), row.state, row.why, shown_by(row)] for row in rows]


def type_rows(types):
    """Members of a type that are all alike share a row."""
    for name in sorted(types):
        groups: dict[tuple[str, str, tuple, tuple], list[Row]] = {}
        for row in types[name].values():
            groups.setdefault((row.state, row.why, tuple(row.tests), tuple(sorted(row.versions))), []).append(row)
        for rows in groups.values():
            members = ", ".join(f"`{row.name}`" for row in rows)
            yield [f"`{name}`", members, *in_versions(rows[0]), rows[0].state, rows[0].why, shown_by(rows[0])]


HEAD = """# What of Graph's calls is here

Every action, its parameters, every request that OData has for the collections, and every member of every type in the metadata
of `/communications/calls`, v1.0 and beta, as in `api/`. Written by `tests/support/conformance.py`, which takes what it says from
[api/conformance.toml](../api/conformance.toml) and [api/seen.toml](../api/seen.toml); `./dev test` fails if a member of the
metadata is missing here, if a test named here does not exist or has not passed, or if a member that is `done` was not in a body of
its test. How Tonearm differs where it does something: [deviations](deviations.md).

- **done**: the tests named show it.
- **refused**: answered with the error named; nothing is done.
- **not applicable**: has no meaning for a call between two with service-hosted media; never sent, and dropped if a request has it.
- **open**: not built yet; refused until then.
"""


def split(surface):
    """Parameters with a word of their own, and those that are as their action."""
    own, inherited = [], []
    for row in surface.parameters.values():
        done = surface.actions[row.name.rpartition(".")[0]].state == DONE
        (own if done else inherited).append(row)
    return own, inherited


def page(conformance):
    surface = conformance.surface
    heads = ["v1.0", "beta", "state", "how", "tests"]
    counts = {state: 0 for state in STATES}
    for row in conformance.rows():
        counts[row.state] = counts.get(row.state, 0) + 1
    summary = ", ".join(f"{count} {state}" for state, count in counts.items())
    lines = [HEAD, f"{sum(counts.values())} rows: {summary}.", ""]
    lines += ["## Actions", "", *table(["action", *heads], plain_rows(surface.actions.values())), ""]
    own, inherited = split(surface)
    lines += ["## Their parameters", "", *table(["parameter", *heads], plain_rows(own)), ""]
    lines += ["As their action, which is not done: " + ", ".join(f"`{row.name}`" for row in inherited) + ".", ""]
    lines += ["## Collections and entities", "", *table(["request", *heads], plain_rows(surface.requests.values())), ""]
    lines += ["## Members of types", "", "Without those that a type inherits.", ""]
    lines += table(["type", "members", *heads], type_rows(surface.types))
    empty = sorted(name for name, members in surface.types.items() if not members)
    lines += ["", "Types without members of their own: " + ", ".join(f"`{name}`" for name in empty) + "."]
    return "\n".join(lines) + "\n"


def refresh(bodies):
    with open(API / "seen.toml", "rb") as file:
        old = tomllib.load(file)
    known = test_names.in_sources(ROOT)
    suites = Suites(Gate.load(), bodies)
    if missing := suites.missing():
        sys.exit(f"no bodies of {', '.join(missing)}: run all of {', '.join(ALWAYS)}")
    (API / "seen.toml").write_text(toml_of(refreshed(old, seen_members(suites, Surface(API)), known)))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="docs/conformance.md from api/ and from what tests have seen.")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--run", nargs=2, type=Path, metavar=("REPORTS", "BODIES"))
    parser.add_argument("--refresh", type=Path, metavar="BODIES")
    options = parser.parse_args(arguments)
    if options.refresh:
        refresh(options.refresh)
    conformance = Conformance()
    conformance.check_names(test_names.in_sources(ROOT))
    if options.run:
        reports, bodies = options.run
        conformance.check_outcomes(test_names.outcomes(reports))
        conformance.check_seen(seen_members(Suites(Gate.load(), bodies), conformance.surface))
    made = page(conformance)
    if not (options.check or options.run):
        PAGE.write_text(made)
    elif not PAGE.exists() or PAGE.read_text() != made:
        conformance.faults.append("docs/conformance.md is not what tests/support/conformance.py makes: run it")
    for fault in conformance.faults:
        print(fault)
    rows = sum(1 for _ in conformance.rows())
    print(f"{rows} rows, {len(conformance.named())} tests named, {len(conformance.faults)} faults")
    return 1 if conformance.faults else 0


if __name__ == "__main__":
    sys.exit(main())
