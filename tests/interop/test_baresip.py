"""A softphone that we did not write calls in; what it heard is compared with the prompt."""

import dataclasses
import io

import pytest

from baresip import Baresip
from sound import measure, tone_wav

TRIES = 3
LEVEL_DB = 1.5
HERTZ = 5
SECONDS = 0.1
TOLERANCE = {"level_db": LEVEL_DB, "hertz": HERTZ, "seconds": SECONDS}


def play_out(stage, call):
    """Returns when the phone's jitter buffer has let out what was sent: 0.5 s of silence later."""
    silence = stage.api.play(call, stage.bot.serve("/silence.wav", tone_wav(0, 0.5)), "silence")
    stage.bot.wait_operation_end(silence["id"])


def heard_once(stage, folder, converse):
    """What a softphone heard of one call that `converse` has with it, and what `converse` answers."""
    folder.mkdir()
    with Baresip(folder, f"sip:ivr@{stage.server.sip['udp']}") as phone:
        call = stage.answer_next()
        stage.bot.wait_audio(call)
        told = converse(call)
        play_out(stage, call)
        stage.api.hang_up(call)
        stage.bot.wait_end(call)
    return measure(phone.recording()), told


def assert_heard(stage, folder, converse, expected):
    """One of a few calls sounds as `expected(told)`: a busy machine may stop phone or server in mid-word, which is to be
    heard; a server that plays wrongly does so each time."""
    for turn in range(TRIES):
        heard, told = heard_once(stage, folder / str(turn), converse)
        meant = expected(told)
        if all(abs(getattr(heard, name) - getattr(meant, name)) <= off for name, off in TOLERANCE.items()):
            return
    assert heard == meant, f"not even in {TRIES} calls"


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_a_softphone_hears_the_prompt_at_its_level_frequency_and_length(stage, tmp_path, rate):
    prompt = tone_wav(440, 2, rate)

    def converse(call):
        play = stage.api.play(call, stage.bot.serve(f"/tone-{rate}.wav", prompt))
        ending = stage.bot.wait_operation_end(play["id"])
        assert (ending.data["status"], ending.data["@tonearm.sentMs"]) == ("completed", 2000)

    assert_heard(stage, tmp_path, converse, lambda _: measure(io.BytesIO(prompt)))


def test_a_softphone_hears_a_prompt_end_with_its_cancel(stage, tmp_path):
    def converse(call):
        short = stage.api.play(call, stage.bot.serve("/short.wav", tone_wav(440, 0.5)), "short")
        long = stage.api.play(call, stage.bot.serve("/long.wav", tone_wav(440, 10)), "long")
        stage.bot.wait_operation_end(short["id"])
        cancel = stage.api.cancel(call)
        assert cancel["@tonearm.cancelled"] == [long["id"]]
        ending = stage.bot.wait_operation_end(long["id"]).data
        assert ending["resultInfo"]["subcode"] == 8508
        return 0.5 + ending["@tonearm.sentMs"] / 1000

    tone = measure(io.BytesIO(tone_wav(440, 2)))
    assert_heard(stage, tmp_path, converse, lambda sent: dataclasses.replace(tone, seconds=sent))


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_the_measure_knows_a_wrong_tone(rate):
    right = measure(io.BytesIO(tone_wav(440, 2, rate)))
    assert right.level_db == pytest.approx(-9.03, abs=0.05)
    assert right.hertz == pytest.approx(440, abs=0.1)
    assert right.seconds == pytest.approx(2, abs=0.01)
    quiet = measure(io.BytesIO(tone_wav(440, 2, rate, amplitude=0.4)))
    assert abs(quiet.level_db - right.level_db) > LEVEL_DB
    assert abs(measure(io.BytesIO(tone_wav(450, 2, rate))).hertz - right.hertz) > HERTZ
    assert abs(measure(io.BytesIO(tone_wav(440, 1.85, rate))).seconds - right.seconds) > SECONDS
