"""The gate lets right bodies pass and catches one seeded fault of each kind."""

import copy
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from schema_gate import VERSIONS, Gate, main  # noqa: E402

GATE = Gate.load()

PLAY_ENDED = {
    "@odata.type": "#microsoft.graph.commsNotifications",
    "value": [
        {
            "@odata.type": "#microsoft.graph.commsNotification",
            "changeType": "deleted",
            "resource": "/app/calls/1/operations/2",
            "resourceUrl": "/communications/calls/1/operations/2",
            "resourceData": {
                "@odata.type": "#microsoft.graph.playPromptOperation",
                "@odata.id": "/communications/calls/1/operations/2",
                "@odata.etag": 'W/"7"',
                "id": "d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107",
                "clientContext": "ctx-17",
                "status": "failed",
                "resultInfo": {
                    "@odata.type": "#microsoft.graph.resultInfo",
                    "code": 400,
                    "subcode": 8508,
                    "message": "Action failed, the operation was cancelled.",
                },
                "completionReason": "mediaOperationCanceled",
                "prompts": [
                    {
                        "@odata.type": "#microsoft.graph.mediaPrompt",
                        "mediaInfo": {
                            "@odata.type": "#microsoft.graph.mediaInfo",
                            "uri": "https://cdn.example.com/a.wav",
                            "resourceId": None,
                        },
                    }
                ],
                "@tonearm.sentMs": 1240,
            },
        }
    ],
}
DATA = ("value", 0, "resourceData")
REMOVE = object()


def changed(path, value):
    body = copy.deepcopy(PLAY_ENDED)
    place = body
    for step in path[:-1]:
        place = place[step]
    if value is REMOVE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return body


@pytest.mark.parametrize("version", VERSIONS)
def test_a_right_body_passes(version):
    assert GATE.check(PLAY_ENDED, version) == []


SEEDED = {
    "unknown member": ((*DATA, "sentMs"), 1240, "not in api/undeclared.toml"),
    "misspelt member": ((*DATA, "resultinfo"), None, "not in api/undeclared.toml"),
    "unknown member of the envelope": (("value", 0, "subscriptionId"), "1", "not in api/undeclared.toml"),
    "status as the metadata spells it": ((*DATA, "status"), "Failed", "operationStatus"),
    "change in upper case": (("value", 0, "changeType"), "Deleted", "changeType"),
    "code as text": ((*DATA, "resultInfo", "code"), "400", "Edm.Int32"),
    "code as a flag": ((*DATA, "resultInfo", "code"), True, "Edm.Int32"),
    "code beyond 32 bits": ((*DATA, "resultInfo", "code"), 1 << 31, "Edm.Int32"),
    "code is null": ((*DATA, "resultInfo", "code"), None, "null"),
    "id is null": ((*DATA, "id"), None, "null"),
    "no id": ((*DATA, "id"), REMOVE, "lacks id"),
    "no status": ((*DATA, "status"), REMOVE, "lacks status"),
    "no subcode": ((*DATA, "resultInfo", "subcode"), REMOVE, "lacks subcode"),
    "no uri": ((*DATA, "prompts", 0, "mediaInfo", "uri"), REMOVE, "lacks uri"),
    "no type on the envelope": (("@odata.type",), REMOVE, "no @odata.type"),
    "no type on the data": ((*DATA, "@odata.type"), REMOVE, "no @odata.type"),
    "no type on a complex object": ((*DATA, "resultInfo", "@odata.type"), REMOVE, "no @odata.type"),
    "no type on an element": ((*DATA, "prompts", 0, "@odata.type"), REMOVE, "no @odata.type"),
    "type without #": ((*DATA, "@odata.type"), "microsoft.graph.call", "no #microsoft.graph type"),
    "unknown type": ((*DATA, "@odata.type"), "#microsoft.graph.playOperation", "unknown @odata.type"),
    "abstract type": ((*DATA, "prompts", 0, "@odata.type"), "#microsoft.graph.prompt", "abstract"),
    "type of another family": ((*DATA, "resultInfo", "@odata.type"), "#microsoft.graph.toneInfo", "no resultInfo"),
    "prompts are no list": ((*DATA, "prompts"), {}, "no list"),
    "data is text": (DATA, "x", "resourceData"),
}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_caught(name):
    path, value, says = SEEDED[name]
    problems = GATE.check(changed(path, value), "v1.0")
    assert any(says in problem for problem in problems), problems


def test_completion_reason_is_an_enum_in_beta():
    body = changed((*DATA, "completionReason"), "cancelled")
    assert GATE.check(body, "beta") != []


def test_extensions_and_annotations_may_stand_anywhere():
    body = changed((*DATA, "resultInfo", "@tonearm.anything"), [1])
    body["value"][0]["clientState@odata.type"] = "x"
    assert GATE.check_everywhere(body) == []


def test_a_read_entity_must_be_whole_and_a_notified_one_need_not():
    call = {"@odata.type": "#microsoft.graph.call", "id": "1", "state": "established"}
    assert GATE.check(call, "v1.0") == []
    problems = GATE.check({"@odata.context": "x", **call}, "v1.0")
    assert problems == ["$ lacks callbackUri, which call must have"]


def test_roster_data_is_a_list_of_entities():
    participant = {
        "@odata.type": "#microsoft.graph.participant",
        "id": "p1",
        "info": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": {"@odata.type": "#microsoft.graph.identitySet"},
        },
        "isInLobby": False,
        "isMuted": False,
        "mediaStreams": [],
    }
    assert GATE.check(changed(DATA, [participant]), "v1.0") == []
    assert GATE.check(changed(DATA, [dict(participant, isMuted="no")]), "v1.0") != []


def test_a_collection_is_checked_item_by_item():
    operation = {"@odata.type": "#microsoft.graph.playPromptOperation", "id": "1", "status": "running"}
    assert GATE.check({"@odata.context": "x", "value": []}, "v1.0") == []
    assert GATE.check({"@odata.context": "x", "value": [operation]}, "v1.0") == []
    assert GATE.check({"@odata.context": "x", "value": [dict(operation, status=1)]}, "v1.0") != []
    assert GATE.check({"@odata.context": "x", "value": [], "count": 0}, "v1.0") != []


def test_errors_have_their_shape():
    inner = {"date": "2026-02-03T10:11:12", "request-id": "1", "client-request-id": "1"}
    assert GATE.check({"error": {"code": "8522", "message": "m", "innerError": inner}}, "v1.0") == []
    assert GATE.check({"error": {"code": 8522, "message": "m", "innerError": inner}}, "v1.0") != []
    assert GATE.check({"error": {"code": "8522", "message": "m"}}, "v1.0") != []


def test_every_undeclared_member_has_a_source_and_is_really_undeclared():
    for entry in GATE.undeclared:
        assert entry.source
        for version in entry.versions:
            assert entry.member not in GATE.schemas[version].members(entry.type), (entry.type, entry.member)


def test_the_command_line_fails_on_a_fault_and_on_an_empty_folder(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    (tmp_path / "right.json").write_text(json.dumps(PLAY_ENDED))
    assert main([str(tmp_path)]) == 0
    (tmp_path / "wrong.json").write_text(json.dumps(changed((*DATA, "sentMs"), 1)))
    assert main([str(tmp_path)]) == 1
    (tmp_path / "wrong.json").write_text("{")
    assert main([str(tmp_path)]) == 1
    assert "wrong.json" in capsys.readouterr().out
