"""sipp as a caller, one process a scenario."""

import subprocess
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parent / "sipp"
TIME_LIMIT_SECONDS = 40
RECEIVE_MILLISECONDS = 20000


class Sipp:
    """Runs sipp/<scenario>.xml against the server; `finish` waits for its end and asserts that nothing failed."""

    def __init__(
        self,
        server,
        scenario,
        folder,
        *,
        rtp_port,
        transport="udp",
        local="127.0.0.1",
        user="ivr",
        calls=1,
        options=(),
        limit=TIME_LIMIT_SECONDS,
    ):
        self._scenario = scenario
        self._limit = limit
        self._folder = folder
        command = ["sipp", server.sip[transport], "-sf", SCENARIOS / f"{scenario}.xml", "-m", calls, "-s", user]
        command += ["-i", local, "-mi", local, "-key", "rtp_port", rtp_port, "-t", "t1" if transport == "tcp" else "u1"]
        command += ["-nostdin", "-trace_err", "-trace_msg"]
        command += ["-timeout", f"{limit}s", "-timeout_error", "-recv_timeout", RECEIVE_MILLISECONDS]
        self._log = open(folder / "sipp.log", "wb")
        arguments = [str(word) for word in (*command, *options)]
        self._process = subprocess.Popen(
            arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._log.close()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def finish(self):
        status = self._process.wait(self._limit + 5)
        assert status == 0, f"{self._scenario}: sipp exits {status}\n{self._report()}"

    def _report(self):
        # sipp names its files after scenario and process.
        files = sorted(self._folder.glob("*_errors.log")) or sorted(self._folder.glob("*_messages.log"))
        return "\n".join(file.read_text(errors="replace")[-4000:] for file in files)
