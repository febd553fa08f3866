#!/usr/bin/python3
"""Which C++ files can be read as one translation unit: reading the headers once for several files saves most of a build.

together.py FILE…      prints a line "GROUP FILE" for each; CMake makes its unity groups of them (TONEARM_BULK).
"""

import re
import sys

TOGETHER = 8
# Words that stand before a bracket or a brace without being declared.
NO_NAMES = {"const", "noexcept", "default", "int", "public", "final",
            "TEST", "TEST_F", "TEST_P", "INSTANTIATE_TEST_SUITE_P", "TONEARM_ON_BOTH_BACKENDS"}  # fmt: skip
BASE = re.compile(r":\s*public\s+[\w:]+")
NO_CODE = re.compile(r'R"\((.*?)\)"|//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])\'', re.S)
LIBRARY = re.compile(r"^#include <.*/src\.hpp>", re.M)
TESTS = re.compile(r"\b(?:TEST|TEST_F|TEST_P|INSTANTIATE_TEST_SUITE_P)\((\w+),\s*(\w+)")
MACROS = re.compile(r"^#define (\w+)", re.M)


def _outermost(text, begin):
    """The text of a brace block that begins at `begin`, what stands in inner braces and brackets left out."""
    depth, kept = 1, []
    for char in text[begin:]:
        if depth == 1:
            kept.append(char)
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(char, 0)
        if depth == 0:
            break
    return "".join(kept)


def private_names(text):
    """About the names that a file declares for itself: two files with a common one do not go together."""
    text = NO_CODE.sub("", text)
    names = set(MACROS.findall(text)) | {"_".join(test) for test in TESTS.findall(text)}
    for begin in re.finditer(r"\bnamespace\s*\{", text):
        block = BASE.sub("", _outermost(text, begin.end()))
        names |= set(re.findall(r"\busing (\w+) =", block))
        block = re.sub(r"\b(using|namespace)\b[^;={]*;|\bnamespace\s+\w+\s*=[^;]*;", "", block)
        names |= set(re.findall(r"\b([A-Za-z_]\w*)\s*(?:[({;=\[]|:(?!:))", block))
    return names - NO_NAMES


def groups_of(sources, fit=lambda one, other: True, together=TOGETHER):
    """Lists of at most `together` sources, no two of a list with a name of theirs (`.names`) in common."""
    groups = []
    for source in sources:
        for group in groups:
            if (len(group) < together and fit(group[0], source)
                    and not any(source.names & other.names for other in group)):  # fmt: skip
                group.append(source)
                break
        else:
            groups.append([source])
    return groups


class _Source:
    def __init__(self, file):
        self.file = file
        with open(file, encoding="utf-8") as text:
            text = text.read()
        self.names = private_names(text)
        self.alone = LIBRARY.search(text)  # the code of a whole library: enough for one

    def fit(self, other):
        return not (self.alone or other.alone)


def main():
    for number, group in enumerate(groups_of(list(map(_Source, sys.argv[1:])), _Source.fit)):
        for source in group:
            print(f"{number} {source.file}")


if __name__ == "__main__":
    main()
