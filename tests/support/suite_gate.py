#!/usr/bin/python3
"""Checks every body that the suites of a run have seen against the metadata, as schema_gate.py checks one.

suite_gate.py FOLDER    FOLDER has a folder per suite (integration, interop, clients). There each process of the suite
                        leaves `VERSION-PID.ndjson`, a line per body: tests/support/body_log.hpp, tests/interop/bodies.py,
                        tests/clients/support/body_log.mjs. VERSION is v1.0, beta, or any for what is alike in both.

Fails on a fault in any body, on a suite that had to run and left none, and on an entry of api/undeclared.toml that no
body used. That is judged by the suites which every run has: what only the official clients see is no reason to keep an
entry, so a run without node comes to the same verdict.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from schema_gate import VERSIONS, Gate, Sightings  # noqa: E402

ALWAYS = ("integration", "interop")  # suites that every run has
FAULTS_SHOWN = 50


@dataclass
class Seen:
    """One line of a log."""

    suite: str
    versions: tuple[str, ...]
    line: dict

    @property
    def test(self):
        return self.line.get("test") or "outside of a test"

    @property
    def kind(self):
        return self.line.get("kind", "?")


def lines_of(folder: Path):
    for file in sorted(folder.glob("*/*.ndjson")):
        version = file.name.partition("-")[0]
        versions = (version,) if version in VERSIONS else VERSIONS
        for text in file.read_text(errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                line = {"kind": "torn", "what": text[:80]}
            yield Seen(file.parent.name, versions, line)


def faults_of(gate: Gate, seen: Seen, sightings: Sightings):
    line = seen.line
    if line.get("kind") == "overflow":
        return ["a process has seen more bodies than its log takes"]
    if "broken" in line:
        return [f"is no JSON: {line['broken'][:80]!r}"]
    if "body" not in line:
        return [f"is a line that its writer did not finish: {line.get('what')!r}"]
    found = []
    for version in seen.versions:
        found += [f"{version}: {fault}" for fault in gate.check(line["body"], version, sightings)]
    if line.get("kind") == "notification" and not found:
        found += faults_of_envelope(line["body"])
    return found


def faults_of_envelope(body):
    if body.get("@odata.type") != "#microsoft.graph.commsNotifications":
        return ["$ is no commsNotifications"]
    return [] if body.get("value") else ["$.value is empty"]


def shape_of(value):
    """A body without its values: members, types, and how lists look inside."""
    if isinstance(value, dict):
        inner = ",".join(f"{name}:{shape_of(value[name])}" for name in sorted(value))
        return f"{value.get('@odata.type', '')}{{{inner}}}"
    if isinstance(value, list):
        return "[" + "|".join(sorted({shape_of(one) for one in value})) + "]"
    return type(value).__name__


class Suites:
    """All that a run has left, checked."""

    def __init__(self, gate: Gate, folder: Path):
        self.gate = gate
        self.bodies: dict[str, int] = {}
        self.shapes: set[str] = set()
        self.faults: list[str] = []
        self.always = Sightings()
        self.by_test: dict[str, Sightings] = {}
        for seen in lines_of(folder):
            self._take(seen)

    def _take(self, seen):
        self.bodies[seen.suite] = self.bodies.get(seen.suite, 0) + 1
        if "body" in seen.line:
            self.shapes.add(f"{seen.kind} {seen.versions} {shape_of(seen.line['body'])}")
        sightings = Sightings()
        for fault in faults_of(self.gate, seen, sightings):
            self.faults.append(f"{seen.suite}: {seen.test}: {seen.line.get('what', '')}: {fault}")
        self.by_test.setdefault(seen.test, Sightings()).add(sightings)
        if seen.suite in ALWAYS:
            self.always.add(sightings)

    def missing(self):
        return [suite for suite in ALWAYS if not self.bodies.get(suite)]

    def unused(self):
        """Entries of api/undeclared.toml that no body has had; nothing if a suite is missing that may have had it."""
        if self.missing():
            return []
        entries = [(one.type, one.member) for one in self.gate.undeclared]
        return [entry for entry in entries if entry not in self.always.undeclared]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check what the suites of a run have seen against api/.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    suites = Suites(Gate.load(), options.folder)
    faults = suites.faults + [f"{suite} has left no body" for suite in suites.missing()]
    for owner, member in suites.unused():
        faults.append(f"api/undeclared.toml has {owner}.{member}, which nobody sends: take it out, or show it in a test")
    for fault in faults[:FAULTS_SHOWN]:
        print(fault)
    if len(faults) > FAULTS_SHOWN:
        print(f"and {len(faults) - FAULTS_SHOWN} more")
    counts = ", ".join(f"{count} of {suite}" for suite, count in sorted(suites.bodies.items()))
    total = sum(suites.bodies.values())
    print(f"{total} bodies ({counts}), {len(suites.shapes)} distinct shapes, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
