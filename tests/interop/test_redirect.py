"""A call that a bot sends on to a softphone where it has registered: the caller speaks with it through the server."""

import pytest

from baresip import Baresip
from conftest import Stage
from sound import measure, tone_wav
from test_caller import call, end_of
from test_registrar import TRANSPORTS, USER, USERS, account, wait_registrations


@pytest.fixture(scope="module")
def registrar(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("redirect"), extra=USERS)
    yield stage
    stage.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_caller_and_softphone_hear_each_other_after_a_redirect(registrar, tmp_path, transport):
    stage = registrar
    stage.bot.forget()
    said, heard = tmp_path / "said.wav", tmp_path / "heard.wav"
    said.write_bytes(tone_wav(500, 3, 8000))
    phone = tmp_path / "phone"
    phone.mkdir()
    # The softphone says what it hears: the caller's tone comes back if both directions work.
    with Baresip(phone, None, account(stage, transport) + ";answermode=auto") as softphone:
        wait_registrations(stage, 1)
        with call(f"sip:ivr@{stage.server.sip['udp']}", "--play", said, "--record", heard, "--for", "4s") as caller:
            incoming = stage.bot.wait_incoming()
            target = {"identity": {"user": {"id": USER, "displayName": "Ada"}}}
            answer = stage.api.request("POST", f"/{incoming}/redirect", {"targets": [target]})
            assert answer.status == 202, answer.raw
            assert stage.bot.wait_end(incoming).data["resultInfo"]["code"] == 200
            (relayed,) = stage.open_calls()
            assert (relayed["id"], relayed["state"]) == (incoming, "terminated")
            status, told = end_of(caller)
    assert (status, "answered" in told) == (0, True)
    there, back = measure(softphone.recording()), measure(str(heard))
    # What the softphone leaves out or repeats on a busy machine is a phase jump each: it moves the measured frequency.
    assert abs(there.hertz - 500) < 10
    assert abs(back.hertz - 500) < 10
    wait_registrations(stage, 0)
    stage.assert_clean()
