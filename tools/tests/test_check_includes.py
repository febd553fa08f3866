"""check-includes refuses what breaks the ranks: shown by breaking them in a copy of the real tree."""

import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src")
    return tmp_path


def check(root):
    return subprocess.run([ROOT / "tools/check-includes", root], capture_output=True, text=True, timeout=60)


def add(root, path, line):
    file = root / "src" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#pragma once\n" + line + "\n")


def test_the_tree_as_it_is_passes(copy):
    result = check(copy)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "path, include, reason",
    [
        ("base/wrong.hpp", "config/settings.hpp", "rank 1, not below base (0)"),
        ("config/wrong.hpp", "net/other.hpp", "rank 1, not below config (1)"),
        ("config/wrong.hpp", "settings.hpp", "not rooted at src/"),
        ("config/wrong.hpp", "../base/guid.hpp", "not rooted at src/"),
        ("config/wrong.hpp", "boost/asio.hpp", "in no folder of the rank table"),
        ("config/wrong.hpp", "base/gone.hpp", "does not exist"),
        ("config/wrong.hpp", "base/detail/inner.hpp", "nobody else's business"),
        ("misc/wrong.hpp", "base/guid.hpp", "misc is not in the rank table"),
    ],
)
def test_a_wrong_include_is_refused_with_its_line(copy, path, include, reason):
    add(copy, "net/other.hpp", "")
    add(copy, "base/detail/inner.hpp", "")
    add(copy, path, f'#include "{include}"')
    result = check(copy)
    assert result.returncode == 1
    assert "wrong.hpp" in result.stderr and reason in result.stderr


def test_a_header_without_pragma_once_is_refused(copy):
    (copy / "src/base/bare.hpp").write_text("// nothing\n")
    result = check(copy)
    assert result.returncode == 1 and "no #pragma once" in result.stderr


def test_an_empty_tree_is_no_success(tmp_path):
    assert check(tmp_path).returncode == 1
