"""docs/deviations.md says which test shows what: each must be there."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import test_names  # noqa: E402

PAGE = ROOT / "docs/deviations.md"
ROWS = test_names.rows_of(PAGE)
# What a test's name looks like: `Suite.a_sentence`, `test_file.py::test_name`, `file_test.mjs: name`.
NAME = re.compile(r"`([A-Z]\w+\.[a-z0-9]+_\w+|\w+\.py::\w+|\w+\.mjs: [^`]+)`")


def test_what_graph_contradicts_or_leaves_open_has_a_test_in_every_row():
    assert len(ROWS) > 40
    assert [what for what, names in ROWS if not names] == []


def test_every_named_test_is_in_the_tree():
    tree = test_names.in_sources(ROOT)
    named = set(NAME.findall(PAGE.read_text())) | {name for _, names in ROWS for name in names}
    assert len(named) > 40
    assert sorted(named - tree) == []


def test_a_test_that_is_gone_would_be_missed(tmp_path):
    page = tmp_path / "page.md"
    tests = "| a | b | tests |\n|---|---|---|\n| x | y | `Suite.it_is_gone`, `test_x.py::test_y` |\n"
    page.write_text(tests + "\n| c | why |\n|---|---|\n| z | `d.e_f` |\n")
    assert test_names.rows_of(page) == [("x", ["Suite.it_is_gone", "test_x.py::test_y"])]
    assert NAME.findall(page.read_text()) == ["Suite.it_is_gone", "test_x.py::test_y"]
