"""Every scenario of sipp/: what the caller does and expects stands there, what the bot does and expects here."""

import os
import socket
import threading

import pytest

from bot import PATIENCE
from conftest import Stage
from ear import Ear
from sipp import SCENARIOS, Sipp
from sound import tone_wav
from test_call_out import BEHAVIOURS as CALLEE_SCENARIOS
from test_registrar import SCENARIOS as REGISTRAR_SCENARIOS

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


def answered_when_ringing_has_arrived(stage, ear):
    """The scenario acknowledges the ringing only after it has come again; then the bot answers."""
    call = stage.bot.wait_incoming()
    stage.wait_sip(call, "RAck: ")
    stage.api.answer(call, stage.bot.url())
    stage.bot.wait_audio(call)
    stage.bot.wait_end(call)


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


def heard_at_new_address(stage, ear):
    """Nobody listens at the first address, so what the ear hears came after the re-INVITE."""
    call = stage.answer_next()
    stage.bot.wait_audio(call)
    play = stage.api.play(call, stage.bot.serve("/long.wav", tone_wav(440, PATIENCE)))
    ear.wait_voiced(20)
    stage.api.hang_up(call)
    stage.bot.wait_operation_end(play["id"])
    stage.bot.wait_end(call)


def not_called(stage, ear):
    """The scenario ends without any notification."""


BEHAVIOURS = {
    "uac-basic-answer-bye": hung_up_by_caller,
    "uac-behind-nat": hung_up_by_bot,
    "uac-bye-from-server": hung_up_by_bot,
    "uac-cancel-before-answer": never_answered,
    "uac-cancel-crosses-200": hung_up_by_bot,
    "uac-late-offer": hung_up_by_bot,
    "uac-info-dtmf": hung_up_by_caller,
    "uac-max-forwards-483": not_called,
    "uac-merged-482": hung_up_by_caller,
    "uac-options": not_called,
    "uac-prack-required": answered_when_ringing_has_arrived,
    "uac-reinvite-glare": hung_up_by_bot,
    "uac-reinvite-hold-resume": held,
    "uac-reinvite-new-address": heard_at_new_address,
    "uac-rejected-busy": rejected,
    "uac-require-420": not_called,
    "uac-retransmits-invite": never_answered,
    "uac-session-timer-refreshed-by-caller": hung_up_by_caller,
    "uac-t38-reinvite-refused": hung_up_by_bot,
    "uac-unknown-dialog-481": not_called,
    "uac-unknown-user-404": not_called,
    "uac-update-hold": held,
    "uac-video-refused": hung_up_by_bot,
}
OPTIONS = {"uac-unknown-user-404": {"user": "nobody"}, "uac-retransmits-invite": {"options": ["-nr"]}}


@pytest.mark.parametrize("scenario", BEHAVIOURS)
def test_scenario(stage, ear, tmp_path, scenario):
    with Sipp(stage.server, scenario, tmp_path, rtp_port=ear.port, **OPTIONS.get(scenario, {})) as caller:
        BEHAVIOURS[scenario](stage, ear)
        caller.finish()
    assert stage.bot.count_calls() == (0 if BEHAVIOURS[scenario] is not_called else 1)


def test_uac_tcp(stage, ear, tmp_path):
    with Sipp(stage.server, "uac-tcp", tmp_path, rtp_port=ear.port, transport="tcp") as caller:
        hung_up_by_bot(stage, ear)
        caller.finish()


@pytest.mark.skipif("TONEARM_FULL" not in os.environ, reason="takes a minute: ./dev test --full has it")
def test_the_shortest_session_is_refreshed_by_the_server_and_ended_when_the_caller_does_not(tmp_path):
    """Nobody may ask for less than 90 s (RFC 4028 §5), so this takes a minute; both calls wait at once."""
    stage = Stage(tmp_path, media_timeout="10m")
    ear = Ear()
    folders = [tmp_path / "refreshed", tmp_path / "expired"]
    for folder in folders:
        folder.mkdir()
    more = {"rtp_port": ear.port, "limit": 120, "options": ["-recv_timeout", 100_000]}
    try:
        with (
            Sipp(stage.server, "uac-session-timer-refreshed-by-server", folders[0], **more) as refreshed,
            Sipp(stage.server, "uac-session-expires", folders[1], **more) as expired,
        ):
            calls = [stage.answer_next(), stage.answer_next()]
            refreshed.finish()
            expired.finish()
        codes = sorted(stage.bot.wait_end(call).data["resultInfo"]["code"] for call in calls)
        assert codes == [200, 480]  # hung up by the caller; nobody there
        stage.assert_clean()
    finally:
        ear.close()
        stage.close()


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


def test_a_server_that_listens_everywhere_is_reached_at_its_public_address(tmp_path):
    everywhere = {"sip": ["udp:0.0.0.0:0"], "media_address": "0.0.0.0", "public_address": "127.0.0.1"}
    stage = Stage(tmp_path, **everywhere)
    ear = Ear()
    try:
        assert stage.server.sip["udp"].host == "127.0.0.1"  # the last of the addresses really bound
        with Sipp(stage.server, "uac-bye-from-server", tmp_path, rtp_port=ear.port) as caller:
            hung_up_by_bot(stage, ear)
            caller.finish()
        stage.assert_clean()
    finally:
        ear.close()
        stage.close()


@pytest.mark.parametrize("digits, shown", [("mask", "sip:+xxxxxxxxx99@"), ("show", "sip:+14255550199@")])
def test_traced_messages_show_numbers_only_if_configured(tmp_path, digits, shown):
    stage = Stage(tmp_path, extra=f'[events]\ndigits = "{digits}"\n', options=("--trace", "sip"))
    ear = Ear()
    try:
        scenario = "uac-unknown-user-404"
        with Sipp(stage.server, scenario, tmp_path, rtp_port=ear.port, user="+14255550199") as caller:
            caller.finish()
        trace = stage.server.log.read_text()
        assert f"INVITE {shown}" in trace
        assert "SIP/2.0 404 Not Found" in trace
        assert ("14255550199" in trace) == (digits == "show")
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
    minute = {"uac-session-timer-refreshed-by-server", "uac-session-expires"}
    run = {*BEHAVIOURS, "uac-tcp", "uac-ipv6", *minute, *REGISTRAR_SCENARIOS, *CALLEE_SCENARIOS}
    assert {file.stem for file in SCENARIOS.glob("*.xml")} == run
