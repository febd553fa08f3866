"""The same conversation in both versions and under both roots; every answer has passed the schema gate."""

import copy

import pytest

from api import Api
from graph_gate import GATE
from sipp import Sipp
from sound import tone_wav

PROMPTS = 2


@pytest.fixture
def call(stage, ear, tmp_path):
    """A call that is up, and that the test hangs up."""
    with Sipp(stage.server, "uac-bye-from-server", tmp_path, rtp_port=ear.port) as caller:
        call = stage.answer_next()
        stage.bot.wait_audio(call)
        yield call
        stage.bot.wait_end(call)
        caller.finish()


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("root", ["communications", "app"])
def test_two_queued_prompts_are_cancelled_and_told_in_order(stage, call, version, root):
    api = Api(stage.server.http, stage.token, version, root)
    prompt = stage.bot.serve("/long.wav", tone_wav(440, 3, rate=8000))
    plays = [api.play(call, prompt, f"prompt {n}") for n in range(PROMPTS)]
    assert api.get(f"/{call}")["state"] == "established"
    assert api.get(f"/{call}/operations/{plays[1]['id']}")["status"] == "notStarted"
    assert api.get(f"/{call}/participants")["value"] == []

    cancel = api.cancel(call, "enough")
    assert (cancel["status"], cancel["clientContext"]) == ("completed", "enough")
    assert cancel["@tonearm.cancelled"] == [play["id"] for play in plays]
    assert api.get(f"/{call}/operations/{cancel['id']}")["status"] == "completed"
    for play in plays:
        ending = stage.bot.wait_operation_end(play["id"]).data
        result = ending["resultInfo"]
        assert (ending["status"], result["code"], result["subcode"]) == ("failed", 400, 8508)
    numbers = [one.number for one in stage.bot.of_call(call) if one.number]
    assert numbers == sorted(numbers) and len(numbers) == PROMPTS

    again = api.play(call, stage.bot.serve("/short.wav", tone_wav(440, 0.1)), "again")
    assert stage.bot.wait_operation_end(again["id"]).data["status"] == "completed"
    api.hang_up(call)


def test_errors_have_their_shape_and_change_nothing(stage, call):
    unknown = "00000000-0000-4000-8000-0000000000ff"
    refusals = [
        ("GET", f"/{unknown}", None, 404),
        ("GET", f"/{call}/operations/{unknown}", None, 404),
        ("POST", f"/{call}/playPrompt", {}, 400),
        ("POST", f"/{call}/answer", {"callbackUri": "no URI"}, 400),
        ("POST", f"/{call}/cancelMediaProcessing", [], 400),
        ("PUT", f"/{call}", {}, 405),
    ]
    for method, path, body, status in refusals:
        answer = stage.api.request(method, path, body)
        assert (answer.status, "error" in answer.json) == (status, True), (method, path)
    assert stage.api.get(f"/{call}")["state"] == "established"
    stage.api.hang_up(call)


def test_a_seeded_wrong_member_is_caught_in_a_response(stage, call):
    shown = stage.api.get(f"/{call}")
    seeded = copy.deepcopy(shown) | {"callbackUrl": "https://bot.example.com/"}
    assert GATE.response(shown, "v1.0") == []
    assert any("callbackUrl" in fault for fault in GATE.response(seeded, "v1.0"))
    stage.api.hang_up(call)
