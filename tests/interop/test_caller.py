"""`tonearm call`, the scripted telephone, as a script uses it: its words on stdout, its exit status, its recording."""

import json
import signal
import socket
import subprocess

from server import binary
from sound import read_wav, tone_wav

PATIENCE = 60


def call(*words):
    command = [str(word) for word in (binary(), "call", "--json", *words)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def end_of(process):
    """(exit status, names of the events that it told from now on)."""
    told, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, [json.loads(line)["event"] for line in told.splitlines()]


def test_an_answered_call_exits_0_and_leaves_what_was_heard(stage, tmp_path):
    said, heard = tmp_path / "said.wav", tmp_path / "heard.wav"
    said.write_bytes(tone_wav(440, 0.5))
    target = f"sip:ivr@{stage.server.sip['udp']}"
    with call(target, "--play", said, "--record", heard, "--for", "1s") as process:
        answered = stage.answer_next()
        stage.bot.wait_end(answered)
        status, told = end_of(process)
    assert status == 0
    assert [event for event in told if event != "ringing"] == ["dialled", "answered", "hung_up", "heard"]
    samples, rate = read_wav(str(heard))
    assert (len(samples) > 0, rate) == (True, 8000)


def test_keys_of_the_command_line_are_pressed_in_order_and_once(stage):
    with call(f"sip:ivr@{stage.server.sip['udp']}", "--dtmf", "12#A") as process:
        answered = stage.answer_next()
        stage.bot.wait_audio(answered)
        stage.api.subscribe(answered)
        pressed = [stage.bot.wait_key(answered) for _ in range(4)]
        stage.api.hang_up(answered)
        stage.bot.wait_end(answered)
        status, _ = end_of(process)
    assert [key["tone"] for key in pressed] == ["tone1", "tone2", "pound", "a"]
    assert [key["sequenceId"] for key in pressed] == [1, 2, 3, 4]
    assert status == 0


def test_a_refused_call_exits_3(stage):
    with call(f"sip:ivr@{stage.server.sip['udp']}") as process:
        refused = stage.bot.wait_incoming()
        stage.api.reject(refused, "busy")
        stage.bot.wait_end(refused)
        status, told = end_of(process)
    assert (status, "refused" in told) == (3, True)


def test_a_listener_that_nobody_calls_ends_when_it_is_told_to_and_exits_4():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with call(f"sip:ada@127.0.0.1:{port}", "--listen") as process:
        assert json.loads(process.stdout.readline())["event"] == "listening"
        process.send_signal(signal.SIGTERM)
        assert end_of(process)[0] == 4


def test_a_command_line_that_makes_no_sense_exits_2():
    with call("ivr") as process:
        assert end_of(process)[0] == 2
