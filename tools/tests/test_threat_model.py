"""docs/threat-model.md says which test shows what: each must be there."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "threat-model.md"
CPP = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
PYTHON = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def names_in_the_tree():
    names = set()
    for folder in ("src", "tests"):
        for file in (ROOT / folder).rglob("*_test.cpp"):
            names |= {f"{suite}.{name}" for suite, name in CPP.findall(file.read_text())}
    for file in (ROOT / "tests").rglob("test_*.py"):
        names |= set(PYTHON.findall(file.read_text()))
    return names


def rows():
    """(threat, names of its tests) of each row whose table's last column is `tests`."""
    found, in_table = [], False
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or cells[-1] == "tests" or set(line) <= set("|- "):
            in_table = bool(cells) and (in_table or cells[-1] == "tests")
        elif in_table:
            found.append((cells[0], re.findall(r"`([^`]+)`", cells[-1])))
    return found


def test_every_row_names_a_test():
    assert len(rows()) > 30
    assert [threat for threat, names in rows() if not names] == []


def test_every_named_test_is_in_the_tree():
    tree = names_in_the_tree()
    assert [name for _, names in rows() for name in names if name not in tree] == []
