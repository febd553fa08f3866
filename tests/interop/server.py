"""The server under test: a process of its own, configured by file, started and ended as a user would."""

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TENANT = "00000000-0000-4000-8000-0000000000aa"
APPLICATION = "00000000-0000-4000-8000-000000000001"
OTHER_APPLICATION = "00000000-0000-4000-8000-000000000002"
SECRET = "a-secret-only-for-tests"
ADMIN_TOKEN = "an-admin-token-only-for-tests"
SIP_LISTENERS = ("udp:127.0.0.1:0", "tcp:127.0.0.1:0")
START_SECONDS = 60
STOP_SECONDS = 60

CONFIGURATION = """
[server]
http = ["127.0.0.1:0"]
data_dir = "{data_dir}"
drain = "0s"
[admin]
listen = ["127.0.0.1:0"]
token = "{admin_token}"
[sip]
listen = [{sip}]
public_address = "{public_address}"
open = true
[media]
address = "{media_address}"
timeout = "{media_timeout}"
[prompts]
allow_networks = ["127.0.0.0/8"]
[calls]
answer_timeout = "60s" # bot and callers share a busy machine
[notifications]
timeout = "60s"
allow_http = true
allow_networks = ["127.0.0.0/8"]
[[application]]
name = "ivr"
id = "{application}"
tenant = "{tenant}"
secret = "{secret}"
webhook = "{webhook}"
roles = ["Calls.Initiate.All", "Calls.AccessMedia.All"]
addresses = ["ivr"]
{extra}"""


def binary():
    """The server's executable in the build folder that TONEARM_BUILD names."""
    return Path(os.environ["TONEARM_BUILD"]) / "tonearm"


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, text):
        host, port = text.rsplit(":", 1)
        return cls(host.strip("[]"), int(port))

    def __str__(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Server:
    """`tonearm serve` until `stop`; `http` and `admin` are base URLs, `sip` has an Address per transport."""

    def __init__(
        self,
        folder: Path,
        webhook: str,
        *,
        sip=SIP_LISTENERS,
        public_address="",
        media_address="127.0.0.1",
        media_timeout="30s",
        extra="",
        options=(),
    ):
        file = folder / "tonearm.toml"
        file.write_text(
            CONFIGURATION.format(
                data_dir=folder / "data",
                admin_token=ADMIN_TOKEN,
                sip=", ".join(f'"{one}"' for one in sip),
                public_address=public_address,
                media_address=media_address,
                media_timeout=media_timeout,
                extra=extra,
                application=APPLICATION,
                tenant=TENANT,
                secret=SECRET,
                webhook=webhook,
            )
        )
        self.log = folder / "server.log"
        with open(self.log, "wb") as log:
            command = [binary(), "serve", "--config", file, *options]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        try:
            self._read_addresses()
        except Exception:
            self.process.kill()
            raise

    def _read_addresses(self):
        ready = self._ready_line()
        words = dict(word.split("=", 1) for word in ready.split() if "=" in word)
        self.http = words["http"].split(",")[0]
        self.admin = words["admin"].split(",")[0]
        self.sip = {kind: Address.parse(at) for kind, at in (one.split(":", 1) for one in words["sip"].split(","))}

    def _ready_line(self):
        """`tonearm ready http=… sip=… admin=…`, the only line on stdout."""
        read, line, deadline = self.process.stdout.fileno(), b"", time.monotonic() + START_SECONDS
        while not line.endswith(b"\n"):
            if not select.select([read], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"no ready line after {START_SECONDS} s: {line!r}")
            got = os.read(read, 4096)
            if not got:
                raise RuntimeError(f"the server ended: {self.log.read_text()}")
            line += got
        text = line.decode()
        assert text.startswith("tonearm ready "), text
        return text

    def stop(self):
        """Exit status after SIGTERM; a server that does not end is killed and says so."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return f"no end {STOP_SECONDS} s after SIGTERM"
        finally:
            self.process.stdout.close()
