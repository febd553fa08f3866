"""A softphone that we did not write calls in; what it heard is compared with the prompt."""

import io

import pytest

from baresip import Baresip
from sound import measure, tone_wav

LEVEL_DB = 1.5
HERTZ = 5
SECONDS = 0.1


def play_out(stage, call):
    """Returns when the phone's jitter buffer has let out what was sent: 0.5 s of silence later."""
    silence = stage.api.play(call, stage.bot.serve("/silence.wav", tone_wav(0, 0.5)), "silence")
    stage.bot.wait_operation_end(silence["id"])


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_a_softphone_hears_the_prompt_at_its_level_frequency_and_length(stage, tmp_path, rate):
    prompt = tone_wav(440, 2, rate)
    with Baresip(tmp_path, f"sip:ivr@{stage.server.sip['udp']}") as phone:
        call = stage.answer_next()
        stage.bot.wait_audio(call)
        play = stage.api.play(call, stage.bot.serve(f"/tone-{rate}.wav", prompt))
        ending = stage.bot.wait_operation_end(play["id"])
        assert (ending.data["status"], ending.data["@tonearm.sentMs"]) == ("completed", 2000)
        play_out(stage, call)
        stage.api.hang_up(call)
        stage.bot.wait_end(call)
    heard, meant = measure(phone.recording()), measure(io.BytesIO(prompt))
    assert heard.level_db == pytest.approx(meant.level_db, abs=LEVEL_DB)
    assert heard.hertz == pytest.approx(meant.hertz, abs=HERTZ)
    assert heard.seconds == pytest.approx(meant.seconds, abs=SECONDS)


def test_a_softphone_hears_a_prompt_end_with_its_cancel(stage, tmp_path):
    with Baresip(tmp_path, f"sip:ivr@{stage.server.sip['udp']}") as phone:
        call = stage.answer_next()
        stage.bot.wait_audio(call)
        short = stage.api.play(call, stage.bot.serve("/short.wav", tone_wav(440, 0.5)), "short")
        long = stage.api.play(call, stage.bot.serve("/long.wav", tone_wav(440, 10)), "long")
        stage.bot.wait_operation_end(short["id"])
        cancel = stage.api.cancel(call)
        assert cancel["@tonearm.cancelled"] == [long["id"]]
        ending = stage.bot.wait_operation_end(long["id"]).data
        assert ending["resultInfo"]["subcode"] == 8508
        play_out(stage, call)
        stage.api.hang_up(call)
        stage.bot.wait_end(call)
    sent = 0.5 + ending["@tonearm.sentMs"] / 1000
    assert measure(phone.recording()).seconds == pytest.approx(sent, abs=SECONDS)


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
