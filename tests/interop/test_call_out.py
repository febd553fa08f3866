"""Calls that a bot places: by trunks to sipp, which plays every callee of sipp/uas-*, and to a softphone where it has
registered, whose voice is recorded."""

import dataclasses
import io
import socket
import urllib.request
import wave

import pytest

from api import exchange
from baresip import Baresip
from conftest import Stage
from ear import Ear
from sipp import SCENARIOS, SippCallee
from sound import measure, tone_wav
from test_baresip import TOLERANCE, TRIES, play_out
from test_registrar import PASSWORD, TRANSPORTS, USER, USERS, account, wait_registrations

CALLEES = sorted(file.stem for file in SCENARIOS.glob("uas-*.xml"))
TRUNK = """
[[trunk]]
name = "{name}"
uri = [{targets}]
numbers = ["{number}"]
username = "contoso"
password = "secret"
probe = "0s"
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def number_of(scenario):
    return f"+142555501{CALLEES.index(scenario):02}"


@dataclasses.dataclass
class Outside:
    """A server that reaches each scenario by a number of its own."""

    stage: Stage
    ports: dict

    def call(self, scenario):
        return self.stage.api.create(self.stage.bot.url(), {"phone": {"id": number_of(scenario)}})


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    ports = {name: free_port() for name in CALLEES}

    def trunk(name):
        # Whoever is overloaded has somebody to stand in.
        answering = ["uas-answers"] if name == "uas-overloaded-503" else []
        targets = ", ".join(f'"sip:127.0.0.1:{ports[one]}"' for one in [name, *answering])
        return TRUNK.format(name=name, targets=targets, number=number_of(name))

    extra = 'may_call = ["+1425555"]\n' + "".join(trunk(name) for name in CALLEES)
    stage = Stage(tmp_path_factory.mktemp("outside"), extra=extra)
    yield Outside(stage, ports)
    stage.close()


def end_of(stage, call):
    result = stage.bot.wait_end(call).data["resultInfo"]
    return result["code"], result["subcode"]


def talks(stage, call, ear):
    """The callee hears a prompt; then the bot hangs up."""
    stage.bot.wait_audio(call)
    play = stage.api.play(call, stage.bot.serve("/short.wav", tone_wav(440, 0.4)))
    ear.wait_voiced(20)
    assert stage.bot.wait_operation_end(play["id"]).data["status"] == "completed"
    stage.api.hang_up(call)
    assert end_of(stage, call) == (200, 7000)


def given_up_while_it_rings(stage, call, ear):
    stage.wait_sip(call, "180 Ringing")
    stage.api.hang_up(call)
    assert end_of(stage, call) == (200, 7000)


def ends_with(code):
    def check(stage, call, ear):
        assert end_of(stage, call) == (code, 0)

    return check


BEHAVIOURS = {
    "uas-answers": talks,
    "uas-busy": ends_with(486),
    "uas-cancel-crosses-200": given_up_while_it_rings,
    "uas-declines": ends_with(603),
    "uas-digest-challenge": talks,
    "uas-no-answer-cancelled": given_up_while_it_rings,
    "uas-overloaded-503": talks,
    "uas-redirects-302": ends_with(302),
    "uas-two-forks-answer": talks,
}


@pytest.mark.parametrize("scenario", CALLEES)
def test_callee(outside, ear, tmp_path, scenario):
    stage = outside.stage
    stage.bot.forget()
    running = [scenario, *(["uas-answers"] if scenario == "uas-overloaded-503" else [])]
    folders = [tmp_path / name for name in running]
    for folder in folders:
        folder.mkdir()
    callees = [SippCallee(name, folder, outside.ports[name], ear.port) for name, folder in zip(running, folders)]
    try:
        BEHAVIOURS[scenario](stage, outside.call(scenario), ear)
        for callee in callees:
            callee.finish()
    finally:
        for callee in callees:
            callee.close()
    stage.assert_clean()


def speech_file(folder, tone):
    """What the softphone says: a pause, the tone, and a long pause, at whose end it would hang up."""
    file = folder / "says.wav"
    with wave.open(io.BytesIO(tone)) as reader, wave.open(str(file), "wb") as writer:
        writer.setparams(reader.getparams())
        rate = reader.getframerate()
        writer.writeframes(bytes(2 * 3 * rate) + reader.readframes(reader.getnframes()) + bytes(2 * 60 * rate))
    return file


def download(ending):
    request = urllib.request.Request(ending["recordingLocation"])
    request.add_header("Authorization", "Bearer " + ending["recordingAccessToken"])
    answer = exchange(request)
    assert answer.status == 200, answer.raw
    return io.BytesIO(answer.raw)


@pytest.fixture(scope="module")
def registrar(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("registrar"), extra=USERS)
    yield stage
    stage.close()


def one_call(stage, folder, transport, says, prompt):
    """(what the softphone heard, what was recorded of it) in a call to where it has registered."""
    folder.mkdir()
    source = f"aufile,{speech_file(folder, says)}"
    with Baresip(folder, None, account(stage, transport) + ";answermode=auto", source=source) as phone:
        wait_registrations(stage, 1)
        call = stage.api.create(stage.bot.url(), {"user": {"id": USER, "displayName": "Ada"}})
        stage.bot.wait_audio(call)
        record = stage.api.record(call, maxRecordDurationInSeconds=30, maxSilenceTimeoutInSeconds=2)
        ending = stage.bot.wait_operation_end(record["id"]).data
        assert (ending["status"], ending["resultInfo"]["subcode"]) == ("completed", 8516)
        recorded = measure(download(ending))
        play = stage.api.play(call, stage.bot.serve("/tone.wav", prompt))
        assert stage.bot.wait_operation_end(play["id"]).data["status"] == "completed"
        play_out(stage, call)
        stage.api.hang_up(call)
        assert end_of(stage, call) == (200, 7000)
    wait_registrations(stage, 0)
    return measure(phone.recording()), recorded


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_softphone_is_called_where_it_has_registered_hears_the_prompt_and_is_recorded(registrar, tmp_path, transport):
    says, prompt = tone_wav(600, 2, 8000), tone_wav(440, 2, 16000)
    meant = measure(io.BytesIO(prompt)), measure(io.BytesIO(says))
    for turn in range(TRIES):  # a busy machine may stop phone or server in mid-word, which is to be heard
        registrar.bot.forget()
        found = one_call(registrar, tmp_path / str(turn), transport, says, prompt)
        registrar.assert_clean()
        pairs = [(getattr(one, name), getattr(two, name), off) for one, two in zip(found, meant)
                 for name, off in TOLERANCE.items()]  # fmt: skip
        if all(abs(one - two) <= off for one, two, off in pairs):
            return
    assert found == meant, f"not even in {TRIES} calls"
