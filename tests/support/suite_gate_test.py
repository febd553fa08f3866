"""The gate over all suites fails on one seeded fault in any of them, and judges the list of undeclared members."""

import copy
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from schema_gate import Gate  # noqa: E402
from schema_gate_test import PLAY_ENDED  # noqa: E402
from suite_gate import ALWAYS, Suites, main, shape_of  # noqa: E402

ERROR = {
    "error": {
        "code": "8522",
        "message": "Call not found.",
        "innerError": {"date": "2026-02-03T10:11:12", "request-id": "1", "client-request-id": "1"},
    }
}
USED = {
    ("commsNotification", "resource"),
    ("commsNotification", "resourceData"),
    ("playPromptOperation", "completionReason"),
    ("playPromptOperation", "prompts"),
}


def line(body, kind="notification", test="Suite.name"):
    return json.dumps({"kind": kind, "test": test, "what": "POST /api/calls", "body": body})


@pytest.fixture
def folder(tmp_path):
    """The logs of a run in which everything was right."""
    for suite in ALWAYS:
        write(tmp_path, suite, [line(PLAY_ENDED), line(ERROR, "response")])
    return tmp_path


def write(folder, suite, lines, name="any-1.ndjson"):
    (folder / suite).mkdir(exist_ok=True)
    (folder / suite / name).write_text("".join(one + "\n" for one in lines))


def gate():
    """Knows no more undeclared members than the right body has."""
    whole = Gate.load()
    whole.undeclared = [one for one in whole.undeclared if (one.type, one.member) in USED]
    return whole


def changed(change):
    body = copy.deepcopy(PLAY_ENDED)
    change(body["value"][0]["resourceData"])
    return body


def test_right_bodies_pass_and_are_counted(folder):
    suites = Suites(gate(), folder)
    assert (suites.faults, suites.missing(), suites.unused()) == ([], [], [])
    assert suites.bodies == {"integration": 2, "interop": 2}
    assert len(suites.shapes) == 2


SEEDED = {
    "an unknown member": (lambda data: data.update(sentMs=1), "sentMs is no member"),
    "a wrong type": (lambda data: data["resultInfo"].update(code="400"), "is no Edm.Int32"),
    "a null": (lambda data: data["resultInfo"].update(subcode=None), "is null"),
    "a status in upper case": (lambda data: data.update(status="Failed"), "is no operationStatus"),
    "no type on an element": (lambda data: data["prompts"][0].pop("@odata.type"), "has no @odata.type"),
}


@pytest.mark.parametrize("suite", [*ALWAYS, "clients"])
@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_caught_in_any_suite_with_the_tests_name(folder, suite, name):
    change, says = SEEDED[name]
    write(folder, suite, [line(changed(change), test="Suite.seeded")], "any-2.ndjson")
    faults = Suites(gate(), folder).faults
    assert faults and all(fault.startswith(f"{suite}: Suite.seeded: ") for fault in faults)
    assert any(says in fault for fault in faults), faults


def test_a_member_of_ours_and_one_of_the_list_pass(folder):
    write(folder, "interop", [line(changed(lambda data: data.update({"@tonearm.heard": 1})))], "any-2.ndjson")
    assert Suites(gate(), folder).faults == []
    listed = gate()
    listed.undeclared = [one for one in listed.undeclared if one.member != "resource"]
    assert any("commsNotification" in fault for fault in Suites(listed, folder).faults)


def test_an_error_without_its_inner_object_is_a_fault(folder):
    broken = {"error": {"code": "8522", "message": "Call not found."}}
    write(folder, "integration", [line(broken, "response")], "v1.0-2.ndjson")
    assert any("innerError" in fault for fault in Suites(gate(), folder).faults)


def test_a_version_is_checked_as_itself_and_what_is_alike_as_both(folder):
    beta = {"@odata.type": "#microsoft.graph.startRecordingOperation", "id": "1", "status": "running"}
    write(folder, "interop", [line(beta, "response")], "beta-2.ndjson")
    assert Suites(gate(), folder).faults == []
    write(folder, "interop", [line(beta, "response")], "any-3.ndjson")
    assert any("v1.0: " in fault for fault in Suites(gate(), folder).faults)


@pytest.mark.parametrize(
    "text",
    ['{"kind":"respon', '{"kind":"overflow"}', '{"kind":"response","test":"a.b","broken":"{"}'],
    ids=["torn", "overflow", "no JSON"],
)
def test_what_is_no_body_is_a_fault(folder, text):
    write(folder, "integration", [text], "v1.0-2.ndjson")
    assert len(Suites(gate(), folder).faults) == 1


def test_a_webhook_body_that_is_no_envelope_is_a_fault(folder):
    write(folder, "interop", [line({"@odata.type": "#microsoft.graph.call", "id": "1"})], "any-2.ndjson")
    assert any("no commsNotifications" in fault for fault in Suites(gate(), folder).faults)


def test_an_entry_that_nobody_uses_is_a_fault_unless_a_suite_is_missing(folder):
    whole = Gate.load()
    assert ("participantInfo", "id") in Suites(whole, folder).unused()
    (folder / "interop" / "any-1.ndjson").unlink()
    suites = Suites(whole, folder)
    assert (suites.missing(), suites.unused()) == (["interop"], [])


def test_use_by_the_clients_alone_keeps_no_entry(folder):
    for suite in ALWAYS:
        write(folder, suite, [line(ERROR, "response")])
    write(folder, "clients", [line(PLAY_ENDED)])
    assert set(Suites(gate(), folder).unused()) == USED


def test_a_test_is_known_by_what_its_bodies_had(folder):
    seen = Suites(gate(), folder).by_test["Suite.name"]
    assert ("commsOperation", "status") in seen.members
    assert ("mediaInfo", "resourceId") in seen.nulls
    assert "commsOperation" in seen.types


def test_a_shape_has_no_values():
    assert shape_of({"a": 1, "b": [{"c": "x"}]}) == shape_of({"b": [{"c": "y"}, {"c": "z"}], "a": 2})
    assert shape_of({"a": 1}) != shape_of({"a": "1"})


def test_the_command_line_says_how_many_and_fails_without_a_suite(folder, capsys):
    assert main([str(folder)]) == 1  # entries that these few bodies do not use
    assert "4 bodies (2 of integration, 2 of interop), 2 distinct shapes" in capsys.readouterr().out
    assert main([str(folder / "nothing")]) == 1
    assert "integration has left no body" in capsys.readouterr().out
