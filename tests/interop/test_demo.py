"""The demo that the README begins with, and its bot behind a server as `./dev serve` starts it."""

import io
import json
import os
import socket
import subprocess
import wave

import pytest

from server import APPLICATION, SECRET, TENANT, Server, binary
from sound import read_wav, tone_wav

TRIES = 3  # a machine that stops for a moment may move the cancel into a pause between two words
PATIENCE = 60


def test_the_demo_succeeds_and_leaves_what_was_heard(tmp_path):
    for turn in range(TRIES):
        output = tmp_path / str(turn)
        command = [binary(), "demo", "--output", output]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    assert " cancel " in done.stdout and "key #" in done.stdout  # in the picture
    left = {file.name: read_wav(str(file)) for file in output.glob("*.wav")}
    assert sorted(left) == ["bot-recorded.wav", "caller-heard.wav", "caller-said.wav"]
    assert left["bot-recorded.wav"][1] == 16000  # as the server gave it out
    assert len(left["caller-heard.wav"][0]) > len(left["bot-recorded.wav"][0]) / 2 > 0


class ExampleBot:
    """The bot's process; its socket listens before there is a server to tell it anything."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.webhook = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api/calls"
        self.told = []  # what it prints, in order
        self._process = None

    def start(self, api, *options):
        words = [binary().parent / "examples/bot/example_bot", "--json", "--server", api]
        words += ["--listen-fd", str(self._socket.fileno()), *options]
        identity = {"TENANT_ID": TENANT, "CLIENT_ID": APPLICATION, "CLIENT_SECRET": SECRET}
        self._process = subprocess.Popen(
            words,
            env=os.environ | {f"TONEARM_{name}": value for name, value in identity.items()},
            pass_fds=[self._socket.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_over(self, calls):
        """Until so many calls are over; false if it gave one up, or ended."""
        for line in self._process.stdout:
            self.told.append(json.loads(line))
            calls -= self.told[-1]["event"] == "over"
            if calls == 0:
                return True
            if self.told[-1]["event"] == "gave_up":
                return False
        return False

    def endings(self, context):
        """(status, subcode) of the operations with that clientContext."""
        ends = (one for one in self.told if one.get("context") == context and one.get("change") == "deleted")
        return [(one["status"], one["subcode"]) for one in ends]

    def asked(self, what):
        return sum(one["event"] == "asked" and one["what"] == what for one in self.told)

    def close(self):
        if self._process:
            self._process.terminate()
            assert self._process.wait(PATIENCE) == 0
            self._process.stdout.close()
        self._socket.close()


@pytest.fixture
def bot(tmp_path):
    bot = ExampleBot()
    server = Server(tmp_path, bot.webhook)
    bot.start(server.http)
    bot.sip = f"sip:ivr@{server.sip['udp']}"
    yield bot
    bot.close()
    assert server.stop() == 0, server.log.read_text()


def caller(bot, *options):
    command = [binary(), "call", "--json", bot.sip, *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def was_hung_up_on(process):
    told = [json.loads(line) for line in process.communicate(timeout=PATIENCE)[0].splitlines()]
    return [one["by_far_end"] for one in told if one["event"] == "hung_up"] == [True]


def test_the_bot_says_goodbye_to_a_caller_who_says_nothing(bot):
    with caller(bot) as silent:
        assert bot.wait_over(1), bot.told
        assert was_hung_up_on(silent)
    assert bot.endings("message") == [("failed", 8510)]  # initial silence
    assert (bot.asked("download"), bot.endings("playback")) == (0, [])  # there is nothing to play back
    assert bot.endings("goodbye") == [("completed", 0)]
    assert bot.asked("createCall") == 0  # it was not told to


def test_the_bot_plays_back_what_was_said_without_a_key_and_outlives_a_caller_who_leaves(bot, tmp_path):
    speech = tmp_path / "speech.wav"
    with wave.open(str(speech), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        syllable = wave.open(io.BytesIO(tone_wav(300, 0.3))).readframes(4800)
        file.writeframes((syllable + bytes(2 * 3200)) * 8)  # longer than the bot takes to beep
    with caller(bot, "--play", speech) as speaking, caller(bot, "--for", "3s") as leaving:
        assert bot.wait_over(2), bot.told
        assert was_hung_up_on(speaking)
        assert not was_hung_up_on(leaving)
    assert ("completed", 8516) in bot.endings("message")  # a pause that was too long
    assert bot.endings("playback") == [("completed", 0)]
    assert bot.endings("goodbye") == [("completed", 0)]
