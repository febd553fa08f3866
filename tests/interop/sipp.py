"""sipp as a caller or a callee, one process a scenario."""

import subprocess
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parent / "sipp"
TIME_LIMIT_SECONDS = 40
RECEIVE_MILLISECONDS = 20000


class _Run:
    """One process, ended by `close`; `finish` waits for its end and asserts that nothing failed."""

    def __init__(self, scenario, folder, words, limit):
        self._scenario = scenario
        self._limit = limit
        self._folder = folder
        command = ["sipp", "-sf", SCENARIOS / f"{scenario}.xml", "-nostdin", "-trace_err", "-trace_msg"]
        command += ["-timeout", f"{limit}s", "-timeout_error", *words]
        self._log = open(folder / "sipp.log", "wb")
        arguments = [str(word) for word in command]
        self._process = subprocess.Popen(
            arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
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


class Sipp(_Run):
    """Runs sipp/<scenario>.xml against the server."""

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
        words = [server.sip[transport], "-m", calls, "-s", user, "-i", local, "-mi", local]
        words += ["-key", "rtp_port", rtp_port, "-t", "t1" if transport == "tcp" else "u1"]
        super().__init__(scenario, folder, [*words, "-recv_timeout", RECEIVE_MILLISECONDS, *options], limit)


class SippCallee(_Run):
    """Is called once at `port`, and listens at `rtp_port`."""

    def __init__(self, scenario, folder, port, rtp_port):
        words = ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", port, "-key", "rtp_port", rtp_port, "-m", 1, "-t", "u1"]
        super().__init__(scenario, folder, words, TIME_LIMIT_SECONDS)
