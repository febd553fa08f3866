"""The bot's side: a webhook with files beside it, and a client of the API."""

import asyncio
import collections
import json
import math
import random
import struct
import urllib.parse

PATIENCE = 60  # s, as of the telephones
PROMPTS = 48
SLOW = (1.0, 4.0)  # s, how long the slow webhook thinks
MEDIA = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}


def wav(seconds, hertz, rate=8000):
    samples = (int(9000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(int(seconds * rate)))
    data = b"".join(struct.pack("<h", sample) for sample in samples)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16,
                       b"data", len(data))  # fmt: skip
    return head + data


async def read_message(reader):
    """(first line, headers, body) of an HTTP message with a Content-Length; None at the end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first, headers, await reader.readexactly(int(headers.get("content-length", 0)))


class Webhook:
    """Answers 202 and hands notifications to whoever plays that call."""

    def __init__(self):
        self.incoming = collections.defaultdict(asyncio.Queue)  # ids of calls, by who calls
        self.events = collections.defaultdict(asyncio.Queue)  # of a call that has a player
        self.notifications = 0
        self._writers = set()
        self._files = {f"/prompt/{n}.wav": wav(1 + n % 5, 300 + 10 * n) for n in range(PROMPTS)}
        self._files["/broken.wav"] = b"RIFF, but no WAV at all"

    @classmethod
    async def open(cls):
        webhook = cls()
        webhook.server = await asyncio.start_server(webhook._serve, "127.0.0.1", 0)
        webhook.url = "http://127.0.0.1:%d" % webhook.server.sockets[0].getsockname()[1]
        return webhook

    async def close(self):
        self.server.close()
        for writer in list(self._writers):
            writer.close()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            while message := await read_message(reader):
                method, path, _ = message[0].split()
                await self._answer(method, path, message[2], writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, method, path, body, writer):
        if method == "GET":
            file = self._files.get(path)
            head = f"HTTP/1.1 {'200 OK' if file else '404 Not Found'}\r\nContent-Length: {len(file or b'')}\r\n"
            if file:
                head += f'Content-Type: audio/wav\r\nETag: "{path}"\r\n'
            writer.write(head.encode() + b"\r\n" + (file or b""))
            return await writer.drain()
        self.notifications += 1
        if path.startswith("/slow"):
            await asyncio.sleep(random.uniform(*SLOW))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        self._hand_on(json.loads(body)["value"][0])

    def _hand_on(self, notification):
        data = notification["resourceData"]
        data["@change"] = notification["changeType"]
        call = notification["resourceUrl"].split("/calls/")[1].split("/")[0]
        if data.get("state") == "incoming":
            identity = data["source"]["identity"]
            self.incoming[(identity.get("user") or identity["phone"])["id"]].put_nowait(call)
        self.events[call].put_nowait(data)

    async def wait(self, call, fits):
        async with asyncio.timeout(PATIENCE):
            while not fits(data := await self.events[call].get()):
                pass
            return data

    async def wait_incoming(self, caller):
        async with asyncio.timeout(PATIENCE):
            return await self.incoming[caller].get()

    async def audio(self, call):
        await self.wait(call, lambda data: "mediaState" in data)

    async def operation(self, call, operation):
        """The ending of an operation."""
        return await self.wait(call, lambda data: data.get("id") == operation and data["@change"] == "deleted")

    async def terminated(self, call):
        """The last word about a call."""
        data = await self.wait(call, lambda data: data.get("state") == "terminated")
        del self.events[call]
        return data


class Api:
    """One kept connection of an application."""

    def __init__(self, host, tenant, application, secret):
        self._host, self._tenant, self._application, self._secret = host, tenant, application, secret
        self._writer = None
        self._token = None

    async def request(self, method, path, body=None, token=None, content_type="application/json"):
        """(status, headers, body as bytes). A kept connection may have been idle for too long: once more, then."""
        kept = self._writer is not None
        if not kept:
            address, port = self._host.split(":")
            self._reader, self._writer = await asyncio.open_connection(address, int(port))
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(raw)}"]
        if token or self._token:
            lines.append(f"Authorization: Bearer {token or self._token}")
        if raw:
            lines.append(f"Content-Type: {content_type}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + raw)
        async with asyncio.timeout(PATIENCE):
            message = await read_message(self._reader)
        if message is None:
            self.close()
            if not kept:
                raise ConnectionError("the server closed a new connection")
            return await self.request(method, path, body, token, content_type)
        if message[1].get("connection") == "close":
            self.close()
        return int(message[0].split()[1]), message[1], message[2]

    async def sign_in(self):
        form = {"client_id": self._application, "client_secret": self._secret, "grant_type": "client_credentials",
                "scope": "https://graph.microsoft.com/.default"}  # fmt: skip
        path, coded = f"/{self._tenant}/oauth2/v2.0/token", urllib.parse.urlencode(form).encode()
        _, _, raw = await self.request("POST", path, coded, content_type="application/x-www-form-urlencoded")
        self._token = json.loads(raw)["access_token"]

    async def signed(self, method, path, body=None):
        """As `request`, with a new token if ours has run out."""
        answer = await self.request(method, path, body)
        if answer[0] == 401:
            await self.sign_in()
            answer = await self.request(method, path, body)
        return answer

    async def call(self, method, path, status, body=None):
        """The body of the answer that must have that status."""
        got, _, raw = await self.signed(method, "/v1.0/communications/calls" + path, body)
        if got != status:
            raise AssertionError(f"{method} {path}: {got} instead of {status}: {raw.decode(errors='replace')[:300]}")
        return json.loads(raw) if raw else {}

    def close(self):
        if self._writer is not None:
            self._writer.close()
        self._writer = None


def prompts(*urls):
    return {"prompts": [{"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": url}} for url in urls]}
