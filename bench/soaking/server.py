"""The server under test: its settings, its process, and what that process holds from moment to moment."""

import asyncio
import collections
import os
import pathlib
import signal
import subprocess
import time

TENANT = "00000000-0000-4000-8000-0000000000aa"
SECRET = "a-secret-only-for-benchmarks"
TOKEN = "an-admin-token-only-for-benchmarks"
APPLICATIONS = {"soak": "00000000-0000-4000-8000-000000000001", "slow": "00000000-0000-4000-8000-000000000002"}

# What is kept for a while is kept briefly, so that it levels off within a run; the cache of prompts is smaller than
# the prompts, so that they push each other out.
SETTINGS = """
[server]
http = ["127.0.0.1:0"]
data_dir = "{data}"
drain = "30s"
[admin]
listen = ["127.0.0.1:0"]
token = "{token}"
[sip]
listen = ["udp:127.0.0.1:0"]
open = true
[prompts]
allow_networks = ["127.0.0.0/8"]
cache_size = "2MiB"
[recordings]
keep = "30s"
keep_undelivered = "2m"
[events]
keep = "2m"
[notifications]
allow_http = true
allow_networks = ["127.0.0.0/8"]
[log]
level = "warn"
"""
APPLICATION = """
[[application]]
name = "{name}"
id = "{id}"
tenant = "{tenant}"
secret = "{secret}"
webhook = "{webhook}"
addresses = ["{name}"]
roles = ["Calls.Initiate.All", "Calls.AccessMedia.All"]
may_call = ["*"]
"""
USER = """
[[user]]
id = "{id}"
name = "{name}"
sip = "{contact}"
"""


class Server:
    """`tonearm serve` in a process of its own. Raises RuntimeError if it does not come up."""

    def __init__(self, binary, folder, webhook, phones):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        text = SETTINGS.format(data=self.data, token=TOKEN)
        for name, identity in APPLICATIONS.items():
            path = "/slow" if name == "slow" else "/calls"
            text += APPLICATION.format(name=name, id=identity, tenant=TENANT, secret=SECRET, webhook=webhook + path)
        for identity, phone in phones.items():
            text += USER.format(id=identity, name=phone.user, contact=phone.contact)
        settings = self.folder / "tonearm.toml"
        settings.write_text(text)
        self._log = open(self.folder / "log", "w")
        self.process = subprocess.Popen([binary, "serve", "--config", settings], text=True, stdout=subprocess.PIPE,
                                        stderr=self._log)  # fmt: skip
        self.ready = next((line for line in self.process.stdout if line.startswith("tonearm ready")), None)
        if self.ready is None:
            raise RuntimeError("the server did not come up: " + (self.folder / "log").read_text()[-2000:])
        self.http = self._bound("http=http://")
        self.admin = self._bound("admin=http://")
        self.sip = self._bound("sip=udp:")

    def _bound(self, what):
        return self.ready.split(what)[1].split()[0].split(",")[0]

    async def metrics(self):
        """The samples without labels."""
        address, port = self.admin.split(":")
        reader, writer = await asyncio.open_connection(address, int(port))
        writer.write(f"GET /tonearm/metrics HTTP/1.1\r\nHost: {self.admin}\r\nConnection: close\r\n"
                     f"Authorization: Bearer {TOKEN}\r\n\r\n".encode())  # fmt: skip
        page = (await reader.read()).decode()
        writer.close()
        pairs = (line.rsplit(" ", 1) for line in page.splitlines() if line.startswith("tonearm_") and "{" not in line)
        return {name: float(value) for name, value in pairs}

    def descriptors(self):
        """What each open descriptor is."""
        folder = f"/proc/{self.process.pid}/fd"
        found = collections.Counter()
        for name in os.listdir(folder):
            try:
                found[os.readlink(f"{folder}/{name}")] += 1
            except FileNotFoundError:
                pass  # closed meanwhile
        return found

    async def sample(self):
        """One row of figures."""
        with open(f"/proc/{self.process.pid}/status") as file:
            status = dict(line.split(":", 1) for line in file)
        with open(f"/proc/{self.process.pid}/stat") as file:
            ticks = sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
        shown = await self.metrics()
        return {
            "rss_kib": int(status["VmRSS"].split()[0]),
            "anonymous_kib": int(status["RssAnon"].split()[0]),
            "descriptors": self.descriptors().total(),
            "threads": int(status["Threads"]),
            "database_kib": size(self.data, "tonearm.db*") // 1024,
            "events_kib": size(self.data, "events.db*") // 1024,
            "recordings_kib": size(self.data / "recordings", "*") // 1024,
            "calls_active": int(shown["tonearm_calls_active"]),
            "sessions": int(shown["tonearm_media_sessions"]),
            "notifications_pending": int(shown["tonearm_notifications_pending"]),
            "cpu_seconds": ticks / os.sysconf("SC_CLK_TCK"),
        }

    def stop(self, limit=120):
        """Exit status after SIGTERM; −9 if it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()
            self._log.close()


def size(folder, pattern):
    total = 0
    for file in folder.glob(pattern):
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            pass  # gone meanwhile
    return total


async def settled(server, before, limit):
    """Waits, `limit` seconds at most, until no descriptor is open that was not open `before`; those that are."""
    deadline = time.monotonic() + limit
    while left := server.descriptors() - before:
        if time.monotonic() > deadline:
            known = sockets()
            return [known.get(name, name) for name in left.elements()]
        await asyncio.sleep(1)
    return []


def sockets():
    """Which IPv4 socket has which name among a process's descriptors."""
    found = {}
    for protocol in ("udp", "tcp"):
        with open(f"/proc/net/{protocol}") as file:
            for _, local, remote, state, *rest in map(str.split, file.readlines()[1:]):
                ports = [int(end.split(":")[1], 16) for end in (local, remote)]
                found[f"socket:[{rest[5]}]"] = f"{protocol} port {ports[0]} to {ports[1]} in state {int(state, 16)}"
    return found
