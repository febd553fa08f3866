"""Tones to play and a measure of what was heard; samples are floats of full scale 1."""

import array
import io
import math
import wave
from dataclasses import dataclass

FULL_SCALE = 32768
WINDOW_SECONDS = 0.005
SILENCE = 0.01  # −40 dB of full scale; G.711's idle noise is below −60


@dataclass(frozen=True)
class Tone:
    """The one stretch of sound in a recording."""

    level_db: float  # RMS against full scale
    hertz: float
    seconds: float


def tone_wav(hertz, seconds, rate=16000, amplitude=0.5):
    """A mono WAV of 16 bits."""
    step = 2 * math.pi * hertz / rate
    samples = (round(amplitude * (FULL_SCALE - 1) * math.sin(step * n)) for n in range(round(seconds * rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(array.array("h", samples).tobytes())
    return file.getvalue()


def read_wav(file):
    """(samples, rate) of a mono WAV of 16 bits: a path or an open file."""
    with wave.open(file, "rb") as reader:
        assert (reader.getnchannels(), reader.getsampwidth()) == (1, 2)
        frames = array.array("h", reader.readframes(reader.getnframes()))
        return [sample / FULL_SCALE for sample in frames], reader.getframerate()


def rms(samples):
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


def measure(file):
    """The tone in a recording, from its first loud window to its last."""
    samples, rate = read_wav(file)
    window = round(WINDOW_SECONDS * rate)
    starts = range(0, len(samples) - window + 1, window)
    loud = [start for start in starts if rms(samples[start : start + window]) > SILENCE]
    assert loud, "nothing was heard"
    sounding = samples[loud[0] : loud[-1] + window]
    # Its edges may lie within a window.
    middle = sounding[window : len(sounding) - window]
    return Tone(20 * math.log10(rms(middle)), frequency(middle, rate), len(sounding) / rate)


def frequency(samples, rate):
    """Of a steady tone: upward zero crossings over the time from the first to the last, placed between samples."""
    rising = (n for n in range(len(samples) - 1) if samples[n] < 0 <= samples[n + 1])
    crossings = [n + samples[n] / (samples[n] - samples[n + 1]) for n in rising]
    return (len(crossings) - 1) * rate / (crossings[-1] - crossings[0])
