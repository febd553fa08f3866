"""Telephones: SIP over one UDP socket, by hand, and an RTP socket for each call."""

import asyncio
import contextlib
import random
import struct

T1 = 0.5  # s, RFC 3261 §17.1.1.1
PATIENCE = 60  # s; a busy machine is slow, a call that says nothing for so long is broken
SAMPLES = 160
SILENCE = 0xFF
TONE = bytes([0x8F, 0x9E, 0xAC, 0x9E, 0x8F, 0x1E, 0x2C, 0x1E] * (SAMPLES // 8))  # 1 kHz, µ-law
KEYS = "0123456789*#ABCD"


class Message:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        self.first, *lines = head.split("\r\n")
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            self.headers.setdefault(name.strip().lower(), value.strip())
        self.status = int(self.first.split()[1]) if self.first.startswith("SIP/2.0") else 0
        self.method = self.headers["cseq"].split()[1]

    def __getitem__(self, name):
        return self.headers.get(name, "")


class Exchange(asyncio.DatagramProtocol):
    """The socket that all phones share."""

    def __init__(self, server):
        self.server = server
        self.by_call = {}
        self.by_user = {}

    @classmethod
    async def open(cls, server):
        loop = asyncio.get_running_loop()
        transport, exchange = await loop.create_datagram_endpoint(lambda: cls(server), local_addr=("127.0.0.1", 0))
        exchange.transport = transport
        exchange.local = "127.0.0.1:%d" % transport.get_extra_info("sockname")[1]
        return exchange

    def send(self, text):
        self.transport.sendto(text.encode(), self.server)

    def datagram_received(self, data, _):
        text = data.decode(errors="replace")
        if "\ncseq:" not in text.lower():
            return  # a keep-alive, or not for us
        message = Message(text)
        phone = self.by_call.get(message["call-id"])
        if phone is None and message.status == 0 and message.method == "INVITE":
            phone = self.by_user.get(message.first.split("sip:")[1].split("@")[0])
        if phone is not None:
            phone.receive(message)
        elif message.status == 0 and message.method != "ACK":
            self.send(response(message, 481 if message.method == "BYE" else 200, "", "none"))


def response(request, status, sdp, tag, contact=""):
    to = request["to"] if ";tag=" in request["to"] else f"{request['to']};tag={tag}"
    lines = [f"SIP/2.0 {status} So", f"Via: {request['via']}", f"From: {request['from']}", f"To: {to}",
             f"Call-ID: {request['call-id']}", f"CSeq: {request['cseq']}"]  # fmt: skip
    if contact:
        lines.append(f"Contact: <{contact}>")
    if sdp:
        lines.append("Content-Type: application/sdp")
    return "\r\n".join([*lines, f"Content-Length: {len(sdp)}", "", sdp])


class Sound(asyncio.DatagramProtocol):
    """The RTP side of a call: sends a packet whenever it is told to, counts what it hears."""

    def __init__(self):
        self.target = None
        self.heard = self.voiced = 0
        self._sequence = random.randrange(1 << 15)
        self._time = random.randrange(1 << 30)
        self._ssrc = random.randrange(1 << 32)
        self._events = []

    @classmethod
    async def open(cls):
        loop = asyncio.get_running_loop()
        transport, sound = await loop.create_datagram_endpoint(cls, local_addr=("127.0.0.1", 0))
        sound.transport = transport
        sound.port = transport.get_extra_info("sockname")[1]
        return sound

    def press(self, keys):
        """RFC 4733: each 100 ms long, its last packet three times, then a pause."""
        for key in keys:
            code = KEYS.index(key)
            for part in range(1, 6):
                self._events.append((part == 1, part - 1, struct.pack("!BBH", code, 10, SAMPLES * part)))
            self._events += [(False, 4 + more, struct.pack("!BBH", code, 0x8A, SAMPLES * 5)) for more in range(1, 4)]
            self._events += [None] * 5

    def tick(self):
        if self.target is None:
            return
        marker, payload, kind, time = False, TONE, 0, self._time
        event = self._events.pop(0) if self._events else None
        if event is not None:
            marker, age, payload = event
            kind, time = 101, self._time - SAMPLES * age
        head = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), self._sequence & 0xFFFF,
                           time & 0xFFFFFFFF, self._ssrc)  # fmt: skip
        self._sequence += 1
        self._time += SAMPLES
        self.transport.sendto(head + payload, self.target)

    def datagram_received(self, data, _):
        self.heard += 1
        self.voiced += len(data) == 172 and data[12:] != bytes([SILENCE]) * SAMPLES

    def close(self):
        self.target = None
        self.transport.close()


class Talkers:
    """Everybody whose sound is sent, every 20 ms; what a busy machine misses is not made up."""

    def __init__(self):
        self.sounds = set()

    async def run(self):
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for sound in self.sounds:
                sound.tick()
            due = max(due + 0.02, loop.time())
            await asyncio.sleep(due - loop.time())


class Phone:
    """One telephone, one call at a time."""

    def __init__(self, exchange, talkers, user):
        self._exchange, self._talkers, self.user = exchange, talkers, user
        self.contact = f"sip:{user}@{exchange.local}"
        exchange.by_user[user] = self
        self._call = None
        self._inbox = asyncio.Queue()

    # ---- a call that we make

    async def invite(self, callee):
        """The first response from 180 on, or the final one; see `final`."""
        await self._begin("%030x" % random.getrandbits(120))
        self._from, self._to = f"<sip:{self.user}@{self._exchange.local}>;tag={self._tag}", f"<sip:{callee}@server>"
        self._target = f"sip:{callee}@{self._exchange.server[0]}:{self._exchange.server[1]}"
        self._branch = "z9hG4bK%020x" % random.getrandbits(80)
        invite = self._request("INVITE", self._cseq, self._branch, self._sdp())
        return await self._repeat(invite, lambda m: m.method == "INVITE" and m.status >= 180)

    async def final(self, first):
        """The final response, acknowledged."""
        last = first if first.status >= 200 else await self._wait(lambda m: m.method == "INVITE" and m.status >= 200)
        self._to = last["to"]
        if last.status < 300:
            self._target = last["contact"].split("<")[1].split(">")[0]
            self._learn(last.body)
        self._acknowledge(last)
        return last.status

    async def cancel(self):
        """Before an answer; the INVITE's final status is `final`'s to tell."""
        self._exchange.send(self._request("CANCEL", self._cseq, self._branch, ""))

    # ---- a call that comes

    async def called(self):
        """Waits for an INVITE."""
        self._invite = await self._wait(lambda m: m.status == 0 and m.method == "INVITE")
        await self._begin(self._invite["call-id"])
        self._to = self._invite["from"]
        self._from = f"{self._invite['to']};tag={self._tag}"
        self._target = self._invite["contact"].split("<")[1].split(">")[0]

    async def respond(self, status):
        sdp = self._sdp() if status == 200 else ""
        text = response(self._invite, status, sdp, self._tag, self.contact)
        if status < 200:
            return self._exchange.send(text)
        if status == 200:
            self._learn(self._invite.body)
        await self._repeat(text, lambda m: m.method == "ACK")

    # ---- either

    async def bye(self):
        self._cseq += 1
        await self._repeat(self._request("BYE", self._cseq, "z9hG4bK%020x" % random.getrandbits(80), ""),
                           lambda m: m.method == "BYE" and m.status >= 200)  # fmt: skip

    async def ask(self, padding):
        """OPTIONS within the call, with so many bytes of padding."""
        self._cseq += 1
        request = self._request("OPTIONS", self._cseq, "z9hG4bK%020x" % random.getrandbits(80), "")
        lines = "".join(f"X-Padding: {'x' * 900}\r\n" for _ in range(padding // 900))
        await self._repeat(request.replace("Max-Forwards", lines + "Max-Forwards"),
                           lambda m: m.method == "OPTIONS" and m.status >= 200)  # fmt: skip

    async def ended(self):
        """Waits until the far end hangs up, or gives up before we have answered."""
        await self._wait(lambda m: m.status == 0 and m.method in ("BYE", "CANCEL"))

    def forget(self):
        if self._call is None:
            return
        self._talkers.sounds.discard(self.sound)
        self.sound.close()
        self._exchange.by_call.pop(self._call, None)
        self._call = None
        self._inbox = asyncio.Queue()

    def receive(self, message):
        if message.status == 0 and message.method in ("BYE", "CANCEL", "OPTIONS"):
            self._exchange.send(response(message, 200, "", self._tag))
            if message.method == "CANCEL":
                self._exchange.send(response(self._invite, 487, "", self._tag))
        if message.status >= 200 and message.method == "INVITE" and getattr(self, "_acknowledged", False):
            return self._acknowledge(message)  # it has not heard our ACK
        self._inbox.put_nowait(message)

    async def _begin(self, call):
        self._call, self._cseq, self._tag = call, 1, "%010x" % random.getrandbits(40)
        self._acknowledged = False
        self.sound = await Sound.open()
        self._exchange.by_call[call] = self

    def _acknowledge(self, last):
        branch = self._branch if last.status >= 300 else "z9hG4bK%020x" % random.getrandbits(80)
        self._exchange.send(self._request("ACK", 1, branch, ""))
        self._acknowledged = True

    def _learn(self, sdp):
        address = sdp.split("c=IN IP4 ")[1].split()[0]
        self.sound.target = (address, int(sdp.split("m=audio ")[1].split()[0]))
        self._talkers.sounds.add(self.sound)

    def _sdp(self):
        return ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                f"m=audio {self.sound.port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
                "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n")  # fmt: skip

    def _request(self, method, cseq, branch, sdp):
        lines = [f"{method} {self._target} SIP/2.0", f"Via: SIP/2.0/UDP {self._exchange.local};branch={branch};rport",
                 f"From: {self._from}", f"To: {self._to}", f"Call-ID: {self._call}", f"CSeq: {cseq} {method}",
                 "Max-Forwards: 70", f"Contact: <{self.contact}>"]  # fmt: skip
        if sdp:
            lines.append("Content-Type: application/sdp")
        return "\r\n".join([*lines, f"Content-Length: {len(sdp)}", "", sdp])

    async def _wait(self, fits):
        async with asyncio.timeout(PATIENCE):
            while not fits(message := await self._inbox.get()):
                pass
            return message

    async def _repeat(self, text, answers):
        """Sends it until something answers (RFC 3261 §17.1.1.2, §13.3.1.4)."""
        pause = T1
        async with asyncio.timeout(PATIENCE):
            while True:
                self._exchange.send(text)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        while True:
                            message = await self._inbox.get()
                            if answers(message):
                                return message
                            if message.status in range(100, 180):
                                pause = PATIENCE
                pause = min(2 * pause, 4)
