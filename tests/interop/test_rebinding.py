"""docs/threat-model.md: a name that is judged while it is harmless and is another place when it is connected to."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCENE = Path(__file__).with_name("rebinding.py")
UNSHARE = ["unshare", "--net", "--mount", "--"]
LIMIT = 240  # seconds


def may_have_a_network():
    return subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not may_have_a_network(), reason="a network namespace needs root")
def test_a_name_whose_address_changes_between_two_look_ups_leads_nowhere_else(tmp_path):
    done = subprocess.run(
        [*UNSHARE, sys.executable, str(SCENE), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    for name, what in (("metadata.example.com", "a cloud metadata address"), ("private.example.com", "a private address")):
        first, second = seen["ends"][name]
        assert first[0] == "completed", seen
        assert second == ["failed", f"Action failed, file could not be downloaded: the target address is not allowed: {name} is {what}"]
        assert seen["asked"].count(name) == 2, "the second play did not look the name up again"
        assert seen["asked"].count("callback." + name) >= 2
    # One that has a forbidden address beside an allowed one is reached at the latter.
    assert [status for status, _ in seen["ends"]["mixed.example.com"]] == ["completed", "completed"]
    assert seen["public"].count("/prompt.wav") >= 4
    assert seen["public"].count("/notifications") >= 2
    assert seen["walled"] == []
    assert seen["status"] == 0
