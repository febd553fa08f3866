"""alone finds what a build of several files at a time hides, and reads nothing twice."""

import importlib.machinery
import importlib.util
import pathlib
import sys

import pytest

TOOL = pathlib.Path(__file__).resolve().parents[1] / "alone"
COMMAND = "ccache /usr/bin/g++ -Wall -Werror -std=c++23 -MD -MT a.o -MF a.o.d -o a.o -c {file}"


@pytest.fixture
def tool():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("alone", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("alone", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def source(tool, tmp_path):
    (tmp_path / "passed").mkdir()

    def source(text):
        file = tmp_path / "a.cpp"
        file.write_text(text)
        entry = {"file": str(file), "directory": str(tmp_path), "command": COMMAND.format(file=file)}
        return tool.Source(entry, tmp_path / "passed")

    return source


def test_a_command_only_looks(tool):
    assert tool.checking(COMMAND.format(file="x.cpp")) == [
        "/usr/bin/g++", "-Wall", "-Werror", "-std=c++23", "x.cpp", "-fsyntax-only",
    ]  # fmt: skip


def test_a_missing_include_is_found(source, tmp_path):
    assert "vector" in source("std::vector<int> numbers;\n").complaint()
    assert not list((tmp_path / "passed").iterdir())
    assert not (tmp_path / "a.o").exists()


def test_what_has_passed_is_not_read_again_until_it_or_what_it_includes_changes(source, tmp_path):
    header = tmp_path / "h.hpp"
    header.write_text("inline int one() { return 1; }\n")
    text = '#include "h.hpp"\nint two() { return 2 * one(); }\n'
    first = source(text)
    assert not first.stamp.exists()
    assert first.complaint() == ""
    assert source(text).stamp.exists()
    assert not source(text + "\n").stamp.exists()
    header.write_text("inline int one() { return 3; }\n")
    assert not source(text).stamp.exists()
