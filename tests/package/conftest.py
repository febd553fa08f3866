"""A server as the package sets it up, and one caller of it."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))

from server import START_SECONDS, STOP_SECONDS  # noqa: E402

SETTINGS = """
[server]
http = ["127.0.0.1:0"]
data_dir = "{data_dir}"
drain = "0s"
[admin]
listen = ["127.0.0.1:0"]
[sip]
listen = ["udp:127.0.0.1:0"]
open = true
[[application]]
name = "hold"
id = "00000000-0000-4000-8000-000000000001"
tenant = "00000000-0000-4000-8000-0000000000aa"
addresses = ["hold"]
auto_answer = true
"""


@pytest.fixture
def call(tmp_path):
    """`with call(prefix) as answered`: whether a server that is started behind `prefix` takes a call."""

    @contextlib.contextmanager
    def one_call(prefix):
        settings = tmp_path / "tonearm.toml"
        settings.write_text(SETTINGS.format(data_dir=tmp_path / "data"))
        tonearm = pathlib.Path(os.environ["TONEARM_BUILD"]).resolve() / "tonearm"
        command = [*map(str, prefix), str(tonearm), "serve", "--config", str(settings)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                ready = next(line for line in process.stdout if line.startswith("tonearm ready"))
                sip = ready.split("sip=udp:")[1].split()[0]
                caller = [str(tonearm), "call", f"sip:hold@{sip}", "--for", "1s"]
                yield subprocess.run(caller, capture_output=True, timeout=START_SECONDS).returncode == 0
            finally:
                os.kill(int((tmp_path / "data/lock").read_text()), signal.SIGTERM)  # not what stands before it
                process.wait(STOP_SECONDS)

    return one_call
