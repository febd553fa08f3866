"""Every scenario of sipp/: what the caller does and expects stands there, what the bot does and expects here."""

import socket
import threading

import pytest

from bot import PATIENCE
from conftest import Stage
from ear import Ear
from sipp import SCENARIOS, Sipp
from sound import tone_wav

LOAD_CALLS_PER_SECOND = 50
LOAD_SECONDS = 5


def hung_up_by_caller(stage, ear):
    call = stage.answer_next()
    stage.bot.wait_audio(call)
    result = stage.bot.wait_end(call).data["resultInfo"]
    assert (result["code"], result["subcode"]) == (200, 4521)


def hung_up_by_bot(stage, ear):
    call = stage.answer_next()
    stage.bot.wait_audio(call)
    play = stage.api.play(call, stage.bot.serve("/short.wav", tone_wav(440, 0.4)))
    ear.wait_voiced(20)
    ending = stage.bot.wait_operation_end(play["id"])
    assert (ending.data["status"], ending.data["@tonearm.sentMs"]) == ("completed", 400)
    shown = stage.api.get(f"/{call}/operations/{play['id']}")
    assert {name: value for name, value in shown.items() if name != "@odata.context"} == ending.data
    stage.api.hang_up(call)
    stage.bot.wait_end(call)


def never_answered(stage, ear):
    call = stage.bot.wait_incoming()
    assert stage.bot.wait_end(call).data["resultInfo"]["code"] == 487


def rejected(stage, ear):
    call = stage.bot.wait_incoming()
    stage.api.reject(call, "busy")
    assert stage.bot.wait_end(call).data["resultInfo"]["code"] == 486


def held(stage, ear):
    call = stage.answer_next()
    ear.wait_gap(0.25)  # the scenario holds for a little longer
    play = stage.api.play(call, stage.bot.serve("/short.wav", tone_wav(440, 0.4)))
    ear.wait_voiced(20)
    stage.bot.wait_operation_end(play["id"])
    states = [one.state for one in stage.bot.of_call(call) if one.state and one.state != "completed"]
    assert states == ["incoming", "establishing", "established", "established"]  # hold is not told
    stage.api.hang_up(call)
    stage.bot.wait_end(call)


def not_called(stage, ear):
    """The scenario ends without any notification."""


BEHAVIOURS = {
    "uac-basic-answer-bye": hung_up_by_caller,
    "uac-bye-from-server": hung_up_by_bot,
    "uac-cancel-before-answer": never_answered,
    "uac-late-offer": hung_up_by_bot,
    "uac-options": not_called,
    "uac-reinvite-hold-resume": held,
    "uac-rejected-busy": rejected,
    "uac-retransmits-invite": never_answered,
    "uac-t38-reinvite-refused": hung_up_by_bot,
    "uac-unknown-user-404": not_called,
}
CALLS = {"uac-options": 0, "uac-unknown-user-404": 0}  # that the bot hears of, if not one
OPTIONS = {"uac-unknown-user-404": {"user": "nobody"}, "uac-retransmits-invite": {"options": ["-nr"]}}


@pytest.mark.parametrize("scenario", BEHAVIOURS)
def test_scenario(stage, ear, tmp_path, scenario):
    with Sipp(stage.server, scenario, tmp_path, rtp_port=ear.port, **OPTIONS.get(scenario, {})) as caller:
        BEHAVIOURS[scenario](stage, ear)
        caller.finish()
    assert stage.bot.count_calls() == CALLS.get(scenario, 1)


def test_uac_tcp(stage, ear, tmp_path):
    with Sipp(stage.server, "uac-tcp", tmp_path, rtp_port=ear.port, transport="tcp") as caller:
        hung_up_by_bot(stage, ear)
        caller.finish()


def has_ipv6_loopback():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")
def test_uac_ipv6(tmp_path):
    stage = Stage(tmp_path, sip=["udp:[::1]:0"], media_address="::1")
    ear = Ear("::1")
    try:
        with Sipp(stage.server, "uac-ipv6", tmp_path, rtp_port=ear.port, local="::1") as caller:
            hung_up_by_bot(stage, ear)
            caller.finish()
        stage.assert_clean()
    finally:
        ear.close()
        stage.close()


def test_fifty_calls_a_second_without_a_failure(stage, ear, tmp_path):
    """Answered as they come, hung up as soon as their audio is up."""
    ended = threading.Semaphore(0)

    def react(notification):
        if notification.state == "incoming":
            stage.api.answer(notification.call, stage.bot.url())
        elif "mediaState" in notification.data:
            stage.api.hang_up(notification.call)
        elif notification.state == "terminated":
            ended.release()

    stage.bot.on_notification = react
    calls = LOAD_CALLS_PER_SECOND * LOAD_SECONDS
    rate = ("-r", LOAD_CALLS_PER_SECOND)
    with Sipp(stage.server, "uac-bye-from-server", tmp_path, rtp_port=ear.port, calls=calls, options=rate) as caller:
        for _ in range(calls):
            assert ended.acquire(timeout=PATIENCE), stage.bot.count_calls()
        caller.finish()
    assert stage.bot.count_calls() == calls


def test_every_scenario_is_run():
    run = {*BEHAVIOURS, "uac-tcp", "uac-ipv6"}
    assert {file.stem for file in SCENARIOS.glob("*.xml")} == run
