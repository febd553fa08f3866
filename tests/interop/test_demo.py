"""The demo that the README begins with: server, bot and caller as three processes, judged by the caller's packets."""

import subprocess

from server import binary

TRIES = 3  # a machine that stops for a moment may move the cancel into a pause between two words


def test_the_demo_succeeds_and_leaves_what_was_heard(tmp_path):
    for turn in range(TRIES):
        output = tmp_path / str(turn)
        command = [binary(), "demo", "--output", output]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(output.glob("*.wav")), sorted(output.iterdir())
