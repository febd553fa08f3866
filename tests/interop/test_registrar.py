"""Phones that others wrote register with a password, over UDP and TCP, and call in with it."""

import re
import subprocess
import time
import urllib.request

import pytest

from api import exchange
from baresip import Baresip
from bot import PATIENCE
from conftest import Stage
from ear import Ear
from server import ADMIN_TOKEN, binary
from sipp import Sipp
from sound import tone_wav

PASSWORD = "a-password-only-for-tests"
USER = "00000000-0000-4000-8000-000000000101"
USERS = f"""
[[user]]
id = "{USER}"
name = "Ada"
username = "ada"
password = "{PASSWORD}"
"""
SCENARIOS = {"uac-call-with-password", "uac-register", "uac-register-refused"}
TRANSPORTS = ["udp", "tcp"]


@pytest.fixture(scope="module")
def registrar(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("registrar"), extra=USERS, options=("--trace", "sip"))
    yield stage
    stage.close()
    log = stage.server.log.read_text()
    assert "Authorization: (removed)" in log
    assert PASSWORD not in log
    assert "response=" not in log


@pytest.fixture
def stage(registrar):
    registrar.bot.forget()
    yield registrar
    registrar.assert_clean()


def metric(stage, name):
    request = urllib.request.Request(stage.server.admin + "/tonearm/metrics")
    request.add_header("Authorization", "Bearer " + ADMIN_TOKEN)
    (value,) = re.findall(rf"^{re.escape(name)} (\d+)$", exchange(request).raw.decode(), re.MULTILINE)
    return int(value)


def wait_registrations(stage, count):
    deadline = time.monotonic() + PATIENCE
    while (now := metric(stage, "tonearm_sip_registrations")) != count:
        assert time.monotonic() < deadline, f"{now} registrations, not {count}"
        time.sleep(0.05)


def account(stage, transport):
    at = stage.server.sip[transport]
    return f"<sip:ada@{at};transport={transport}>;auth_user=ada;auth_pass={PASSWORD};regint=120"


def sipp(stage, scenario, folder, transport="udp", user="ada", password=PASSWORD, target=None, port=0):
    """`user` with `password`, which are all that a REGISTER is about; a call goes to `target`."""
    credentials = ("-au", user, "-ap", password)
    return Sipp(
        stage.server, scenario, folder, rtp_port=port, transport=transport, user=target or user, options=credentials
    )


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_softphone_registers_calls_in_with_its_password_and_leaves(stage, tmp_path, transport):
    target = f"sip:ivr@{stage.server.sip[transport]};transport={transport}"
    with Baresip(tmp_path, target, account(stage, transport)):
        call = stage.answer_next()
        source = stage.api.get(f"/{call}")["source"]["identity"]["user"]
        assert (source["id"], source["displayName"]) == (USER, "Ada")
        stage.bot.wait_audio(call)
        wait_registrations(stage, 1)
        play = stage.api.play(call, stage.bot.serve("/tone.wav", tone_wav(440, 0.4)))
        assert stage.bot.wait_operation_end(play["id"]).data["status"] == "completed"
        stage.api.hang_up(call)
        stage.bot.wait_end(call)
    wait_registrations(stage, 0)  # it takes its registration back when it ends


def test_a_softphone_that_dies_is_forgotten_with_its_connection(stage, tmp_path):
    target = f"sip:nobody@{stage.server.sip['tcp']};transport=tcp"
    with Baresip(tmp_path, target, account(stage, "tcp")) as phone:
        wait_registrations(stage, 1)
        phone.kill()
        wait_registrations(stage, 0)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_phone_registers_and_takes_it_back(stage, tmp_path, transport):
    with sipp(stage, "uac-register", tmp_path, transport) as phone:
        phone.finish()
    wait_registrations(stage, 0)


@pytest.mark.parametrize("user, password", [("ada", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_a_wrong_name_are_refused_alike(stage, tmp_path, user, password):
    wrong = 'tonearm_sip_auth_failures_total{reason="wrong"}'
    before = metric(stage, wrong)
    with sipp(stage, "uac-register-refused", tmp_path, user=user, password=password) as phone:
        phone.finish()
    assert metric(stage, wrong) == before + 1
    wait_registrations(stage, 0)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_user_calls_in_with_the_password(stage, tmp_path, transport):
    ear = Ear()
    try:
        with sipp(stage, "uac-call-with-password", tmp_path, transport, target="ivr", port=ear.port) as caller:
            call = stage.answer_next()
            stage.bot.wait_end(call)
            caller.finish()
    finally:
        ear.close()


@pytest.mark.parametrize("password, status", [(PASSWORD, 0), ("wrong", 3)])
def test_the_scripted_caller_answers_a_challenge(stage, tmp_path, password, status):
    secret = tmp_path / "password"
    secret.write_text(password + "\n")
    at = stage.server.sip["udp"]
    words = ["call", f"sip:ivr@{at}", "--from", f"sip:ada@{at}", "--user", "ada", "--password-file", str(secret)]
    with subprocess.Popen([binary(), *words], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as caller:
        if status == 0:
            call = stage.answer_next()
            stage.bot.wait_audio(call)
            stage.api.hang_up(call)
            stage.bot.wait_end(call)
        assert caller.wait(PATIENCE) == status
