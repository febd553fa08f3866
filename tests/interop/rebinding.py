"""A scene in a network of its own: names whose address changes between two look-ups, and who was connected to.

`unshare --net --mount python3 rebinding.py FOLDER` (as root) prints one JSON object. The name server answers each name with
a public address first and with one behind the wall from then on; both listen, and write down who comes.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from api import Api, fetch_token
from bot import Bot
from server import APPLICATION, SECRET, TENANT, Server, binary
from sound import tone_wav
from verifier import TokenVerifier

PUBLIC = "203.0.113.7"
WALLED = {"metadata.example.com": "169.254.169.254", "private.example.com": "10.0.0.7"}
MIXED = "mixed.example.com"  # both at once, the forbidden one first
PORT = 8080


class NameServer:
    """A records of a list per name; each name's last answer stays. AAAA: none."""

    def __init__(self, answers):
        self._answers = {name: list(sets) for name, sets in answers.items()}
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, sender = self._socket.recvfrom(512)
            name, end = self._name(query)
            addresses = self._next(name) if query[end : end + 2] == b"\0\1" else []
            head = query[:2] + b"\x81\x80" + b"\0\1" + len(addresses).to_bytes(2) + b"\0\0\0\0"
            records = b"".join(b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(one) for one in addresses)
            self._socket.sendto(head + query[12 : end + 4] + records, sender)

    @staticmethod
    def _name(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        return ".".join(labels).lower(), at + 1

    def _next(self, name):
        self.asked.append(name)
        sets = self._answers.get(name, [[]])
        return sets.pop(0) if len(sets) > 1 else sets[0]


class Place:
    """An HTTP server that serves a prompt and takes notifications, one request per connection, and counts."""

    def __init__(self, address):
        self.requests = []
        place = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                place.requests.append(self.path)
                self._answer(200, tone_wav(440, 0.2))

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                place.requests.append(self.path)
                self._answer(202, b"")

            def _answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer((address, PORT), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def set_the_network_up(folder):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (PUBLIC, *WALLED.values()):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
    subprocess.run(["mount", "--bind", folder / "resolv.conf", "/etc/resolv.conf"], check=True)


def play(bot, api, call, name):
    """Status and message of its ending."""
    operation = api.play(call, f"http://{name}:{PORT}/prompt.wav")
    end = bot.wait_operation_end(operation["id"]).data
    return [end["status"], end["resultInfo"]["message"]]


def plays(bot, api, call, names):
    """By name: the first play, and the first for which the name was looked up again, which is not done for some seconds."""
    ends = {name: [play(bot, api, call, name)] for name in (*WALLED, MIXED)}
    for name, seen in ends.items():
        asked = names.asked.count(name)
        while True:
            end = play(bot, api, call, name)
            if names.asked.count(name) > asked:
                break
        seen.append(end)
    return ends


def main():
    folder = Path(sys.argv[1])
    set_the_network_up(folder)
    public, walled = Place(PUBLIC), {name: Place(address) for name, address in WALLED.items()}
    names = NameServer(
        {name: [[PUBLIC], [address]] for name, address in WALLED.items()}
        | {"callback." + name: [[PUBLIC], [address]] for name, address in WALLED.items()}
        | {MIXED: [[WALLED["metadata.example.com"], PUBLIC]]}
    )
    bot = Bot()
    server = Server(folder, bot.url())
    bot.verifier = TokenVerifier(server.http, APPLICATION, TENANT)
    api = Api(server.http, fetch_token(server.http, TENANT, APPLICATION, SECRET))
    command = [str(binary()), "call", f"sip:ivr@{server.sip['udp']}", "--for", "120s"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as caller:
        call = bot.wait_incoming()
        api.answer(call, bot.url())
        bot.wait_audio(call)
        ends = plays(bot, api, call, names)
        nobody = {"user": {"id": "00000000-0000-4000-8000-000000000102"}}
        while any(names.asked.count("callback." + name) < 2 for name in WALLED):
            for name in WALLED:
                api.create(f"http://callback.{name}:{PORT}/notifications", nobody)
            time.sleep(0.5)  # addresses are remembered for some seconds
        api.hang_up(call)
        bot.wait_end(call)
        caller.wait(60)
    status = server.stop()  # the outbox is flushed first: what can be delivered is
    print(
        json.dumps(
            {
                "ends": ends,
                "public": public.requests,
                "walled": [path for place in walled.values() for path in place.requests],
                "asked": names.asked,
                "status": status,
            }
        )
    )


if __name__ == "__main__":
    main()
