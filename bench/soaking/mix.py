"""What the calls of a soak do. Each line makes one call after the other, each of another kind."""

import asyncio
import collections
import random

from soaking.bot import MEDIA, PROMPTS, prompts

CANCELLED = 8508
SERVER_GIVES_UP = 35  # s: calls.answer_timeout, media.timeout


def expect(found, *wanted):
    if found not in wanted:
        raise AssertionError(f"{found} instead of {' or '.join(map(str, wanted))}")


class Line:
    """A telephone and the bot's connection, which play together."""

    def __init__(self, phone, user_id, webhook, api, slow_api):
        self.phone, self.user_id, self.webhook = phone, user_id, webhook
        self.api = self._own = api
        self._slow = slow_api
        self._beside = []

    def beside(self, work):
        """Starts it; it does not outlive the call."""
        self._beside.append(asyncio.ensure_future(work))
        return self._beside[-1]

    def as_slow_bot(self):
        """The slow application's calls are its own."""
        self.api = self._slow

    async def be_free(self, good):
        """What has gone wrong is left behind: once the server has given up too, the next call finds no trace of it."""
        self.api = self._own
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        self._beside = []
        self.phone.forget()
        if not good:
            await asyncio.sleep(SERVER_GIVES_UP)
            self.webhook.incoming.pop(self.user_id, None)

    def prompt(self):
        return f"{self.webhook.url}/prompt/{random.randrange(PROMPTS)}.wav"

    async def play(self, call, *urls):
        return (await self.api.call("POST", f"/{call}/playPrompt", 200, prompts(*(urls or [self.prompt()]))))["id"]

    async def comes_in(self, bot="soak"):
        """Id of a call from the phone that the bot has answered and that has audio."""
        ringing = self.beside(self.phone.invite(bot))
        call = await self.webhook.wait_incoming(self.user_id)
        path = "/slow" if bot == "slow" else "/calls"
        body = {"callbackUri": self.webhook.url + path, "acceptedModalities": ["audio"], "mediaConfig": MEDIA}
        await self.api.call("POST", f"/{call}/answer", 202, body)
        expect(await self.phone.final(await ringing), 200)
        await self.webhook.audio(call)
        return call

    async def goes_out(self):
        """Id of a call that the bot places and the phone hears."""
        body = {"callbackUri": self.webhook.url + "/calls", "targets": [{"identity": {"user": {"id": self.user_id}}}],
                "requestedModalities": ["audio"], "mediaConfig": MEDIA}  # fmt: skip
        call = (await self.api.call("POST", "", 201, body))["id"]
        await self.phone.called()
        return call

    async def ended(self, call, operation, *subcodes):
        data = await self.webhook.operation(call, operation)
        expect(data["resultInfo"]["subcode"], *subcodes)

    async def bot_hangs_up(self, call):
        gone = self.beside(self.phone.ended())
        await self.api.call("DELETE", f"/{call}", 204)
        await gone
        await self.webhook.terminated(call)

    async def phone_hangs_up(self, call):
        await self.phone.bye()
        await self.webhook.terminated(call)

    async def somebody_hangs_up(self, call):
        await random.choice([self.bot_hangs_up, self.phone_hangs_up])(call)


async def three_prompts(line):
    call = await line.comes_in()
    operations = [await line.play(call, line.prompt()) for _ in range(3)]
    for operation in operations:
        await line.ended(call, operation, 0)
    await line.somebody_hangs_up(call)
    if line.phone.sound.voiced < 50:
        raise AssertionError(f"{line.phone.sound.voiced} packets of three prompts")


async def cancelled_in_mid_word(line):
    call = await line.comes_in()
    operations = [await line.play(call, *[line.prompt() for _ in range(4)]) for _ in range(3)]
    await asyncio.sleep(random.uniform(0.2, 3))
    await line.api.call("POST", f"/{call}/cancelMediaProcessing", 200, {"clientContext": "enough"})
    for operation in operations:
        await line.ended(call, operation, 0, CANCELLED)
    await line.somebody_hangs_up(call)


async def hung_up_in_mid_word(line):
    call = await line.comes_in()
    operations = [await line.play(call, *[line.prompt() for _ in range(4)]) for _ in range(2)]
    await asyncio.sleep(random.uniform(0.1, 2))
    hang_up = line.phone.bye if random.random() < 0.5 else lambda: line.api.call("DELETE", f"/{call}", 204)
    await hang_up()
    for operation in operations:
        await line.ended(call, operation, 0, CANCELLED)
    await line.webhook.terminated(call)


async def recorded(line):
    call = await line.comes_in()
    limits = {"maxRecordDurationInSeconds": 20, "initialSilenceTimeoutInSeconds": 20}
    body = prompts(line.prompt()) | limits | {"stopTones": ["#"]}
    operation = (await line.api.call("POST", f"/{call}/recordResponse", 200, body))["id"]
    await asyncio.sleep(random.uniform(7, 10))
    line.phone.sound.press("#")
    data = await line.webhook.operation(call, operation)
    expect(data["resultInfo"]["subcode"], 8514)
    path = "/tonearm/recordings/" + operation
    status, _, raw = await line.api.request("GET", path, token=data["recordingAccessToken"])
    expect(status, 200)
    if len(raw) < 16_000:
        raise AssertionError(f"{len(raw)} bytes recorded")
    await line.somebody_hangs_up(call)


async def record_cut_off(line):
    call = await line.comes_in()
    body = {"maxRecordDurationInSeconds": 60, "initialSilenceTimeoutInSeconds": 60}
    operation = (await line.api.call("POST", f"/{call}/recordResponse", 200, body))["id"]
    await asyncio.sleep(random.uniform(1, 4))
    await line.phone.bye()
    await line.ended(call, operation, 0, CANCELLED)
    await line.webhook.terminated(call)


async def keys_both_ways(line):
    call = await line.comes_in()
    await line.api.call("POST", f"/{call}/subscribeToTone", 200, {"clientContext": "keys"})
    line.phone.sound.press("14*")
    for _ in range(3):
        await line.webhook.wait(call, lambda data: "toneInfo" in data)
    body = {"tones": ["tone4", "tone2"], "delayBetweenTonesMs": 100}
    got, _, raw = await line.api.request("POST", f"/beta/communications/calls/{call}/sendDtmfTones", body)
    expect(got, 200)
    await line.somebody_hangs_up(call)


async def bad_prompts(line):
    call = await line.comes_in()
    await line.ended(call, await line.play(call, line.webhook.url + "/missing.wav"), 8536)
    await line.ended(call, await line.play(call, line.webhook.url + "/broken.wav"), 8535)
    await line.somebody_hangs_up(call)


async def bad_requests(line):
    calls = "/v1.0/communications/calls"
    for method, path, body, status in (
        ("POST", calls, b"{", 400),
        ("GET", calls + "/00000000-0000-4000-8000-00000000dead", None, 404),
        ("GET", "/nowhere", None, 404),
    ):
        expect((await line.api.signed(method, path, body))[0], status)
    expect((await line.api.request("GET", calls + "/1", token="no.token.atall"))[0], 401)


async def rejected_by_the_bot(line):
    ringing = line.beside(line.phone.invite("soak"))
    call = await line.webhook.wait_incoming(line.user_id)
    await line.api.call("POST", f"/{call}/reject", 202, {"reason": "busy"})
    expect(await line.phone.final(await ringing), 486)
    await line.webhook.terminated(call)


async def caller_gives_up(line):
    first = await line.phone.invite("soak")
    call = await line.webhook.wait_incoming(line.user_id)
    await line.phone.cancel()
    expect(await line.phone.final(first), 487)
    await line.webhook.terminated(call)


async def nobody_there(line):
    expect(await line.phone.final(await line.phone.invite("nobody")), 404)


async def slow_bot(line):
    line.as_slow_bot()
    call = await line.comes_in("slow")
    operation = await line.play(call)
    await line.ended(call, operation, 0)
    await line.somebody_hangs_up(call)


async def called_out(line):
    call = await line.goes_out()
    await line.phone.respond(180)
    await line.phone.respond(200)
    await line.webhook.audio(call)
    await line.ended(call, await line.play(call), 0)
    await line.somebody_hangs_up(call)


async def refused_out(line):
    call = await line.goes_out()
    await line.phone.respond(random.choice([486, 603, 480]))
    await line.webhook.terminated(call)


async def given_up_out(line):
    call = await line.goes_out()
    await line.phone.respond(180)
    await asyncio.sleep(random.uniform(0.1, 1))
    gone = line.beside(line.phone.ended())
    await line.api.call("DELETE", f"/{call}", 204)
    await gone
    await line.webhook.terminated(call)


KINDS = {
    three_prompts: 4, cancelled_in_mid_word: 4, hung_up_in_mid_word: 3, recorded: 3, record_cut_off: 2,
    keys_both_ways: 3, bad_prompts: 1, bad_requests: 1, rejected_by_the_bot: 2, caller_gives_up: 2, nobody_there: 1,
    slow_bot: 2, called_out: 3, refused_out: 2, given_up_out: 2,
}  # fmt: skip


class Tally:
    """How many calls of each kind there were, and what was not as it should be."""

    def __init__(self):
        self.calls = collections.Counter()
        self.surprises = collections.Counter()
        self.last = collections.deque(maxlen=20)


async def run_line(line, tally, over, fillers=0):
    """So many short calls that fill what the server remembers, then call after call until `over`; the last is finished."""
    kinds, weights = list(KINDS), list(KINDS.values())
    while not over.is_set():
        fillers -= 1
        kind = caller_gives_up if fillers >= 0 else random.choices(kinds, weights)[0]
        good = False
        try:
            await kind(line)
            good = True
        except (AssertionError, TimeoutError, ConnectionError, LookupError, ValueError) as surprise:
            tally.surprises[kind.__name__] += 1
            tally.last.append(f"{kind.__name__}: {surprise!r}")
        finally:
            await line.be_free(good)
        tally.calls[kind.__name__] += 1
        if fillers < 0:
            await asyncio.sleep(random.uniform(0, 1))
