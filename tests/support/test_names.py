"""The tests that there are, by the names which documents call them by, and how they ended in a run.

C++      `CallTest.reject_busy_sends_486`; a parametrised test by its name without its prefix and case
Python   `test_roots.py::test_errors_have_their_shape_and_change_nothing`, all cases together
node     `call_test.mjs: subscribeToTone is completed at once`; only names that are written out
"""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

CPP = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
PYTHON = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
NODE = re.compile(r"^ *test\('((?:[^'\\]|\\.)*)'", re.MULTILINE)
SUITES = ("src", "tests", "tools")


def in_sources(root: Path) -> set[str]:
    names = set()
    for folder in SUITES:
        for file in (root / folder).rglob("*_test.cpp"):
            names |= {f"{suite}.{name}" for suite, name in CPP.findall(file.read_text())}
        for pattern in ("test_*.py", "*_test.py"):
            for file in (root / folder).rglob(pattern):
                names |= {f"{file.name}::{name}" for name in PYTHON.findall(file.read_text())}
        for file in (root / folder).rglob("*_test.mjs"):
            if "node_modules" not in file.parts:
                names |= {f"{file.name}: {name}" for name in NODE.findall(file.read_text())}
    return names


def plain(name: str) -> str:
    """A test as a body log names it, as in_sources names it: without prefix, case and parameters."""
    if ".py::" in name:
        return name.partition("[")[0]
    if ".mjs: " in name or "." not in name:
        return name
    suite, _, test = name.partition(".")
    return f"{suite.rpartition('/')[2]}.{test.partition('/')[0]}"


def rows_of(page: Path) -> list[tuple[str, list[str]]]:
    """(first cell, names in the last) of each row of a Markdown page's tables whose last column is `tests`."""
    found, in_table = [], False
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if not cells or cells[-1] == "tests" or set(line) <= set("|- "):
            in_table = bool(cells) and (in_table or cells[-1] == "tests")
        elif in_table:
            found.append((cells[0], re.findall(r"`([^`]+)`", cells[-1])))
    return found


def is_node(name: str) -> bool:
    return ".mjs: " in name


def outcomes(reports: Path) -> dict[str, str]:
    """Name to `passed`, `failed` or `skipped`, of all JUnit files below `reports`; of several cases the worst."""
    worst = {"passed": 0, "skipped": 1, "failed": 2}
    found: dict[str, str] = {}
    for file in sorted(reports.rglob("*.xml")):
        try:
            cases = list(ElementTree.parse(file).getroot().iter("testcase"))
        except ElementTree.ParseError:
            continue  # run-tests has counted it as a failure
        for case in cases:
            name, ended = _name_of(case), _ending_of(case)
            if worst[ended] >= worst[found.get(name, "passed")]:
                found[name] = ended
    return found


def _name_of(case):
    owner, name = case.get("classname", ""), case.get("name", "")
    if re.search(r"(^|\.)(test_\w+|\w+_test)$", owner):
        return f"{owner.rpartition('.')[2]}.py::{name.partition('[')[0]}"
    if owner == "test" or not owner:
        return f"{Path(case.get('file', '')).name}: {name}"
    return plain(f"{owner}.{name}")


def _ending_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None or case.get("status") == "notrun" else "passed"
