"""docs/threat-model.md says which test shows what: each must be there."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import test_names  # noqa: E402

ROWS = test_names.rows_of(ROOT / "docs/threat-model.md")


def test_every_row_names_a_test():
    assert len(ROWS) > 30
    assert [threat for threat, names in ROWS if not names] == []


def test_every_named_test_is_in_the_tree():
    tree = test_names.in_sources(ROOT)
    assert [name for _, names in ROWS for name in names if name not in tree] == []
