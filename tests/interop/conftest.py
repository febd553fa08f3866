"""One server and one bot serve all tests; each test starts with a clean bot and must leave no call and no fault."""

import time
import urllib.request

import pytest

from api import Api, exchange, fetch_token
from bot import PATIENCE, Bot
from ear import Ear
from graph_gate import GATE
from server import ADMIN_TOKEN, APPLICATION, SECRET, TENANT, Server
from verifier import TokenVerifier


class Stage:
    """A running server and its bot, and what a test needs to use both."""

    def __init__(self, folder, **configuration):
        self.bot = Bot()
        self.server = Server(folder, self.bot.url(), **configuration)
        self.bot.verifier = TokenVerifier(self.server.http, APPLICATION, TENANT)
        self.token = fetch_token(self.server.http, TENANT, APPLICATION, SECRET)
        self.api = Api(self.server.http, self.token)

    def close(self):
        status = self.server.stop()
        self.bot.close()
        assert status == 0, self.server.log.read_text()

    def answer_next(self):
        """Id of the next incoming call, which the bot answers."""
        call = self.bot.wait_incoming()
        self.api.answer(call, self.bot.url())
        return call

    def open_calls(self):
        request = urllib.request.Request(self.server.admin + "/tonearm/calls")
        request.add_header("Authorization", "Bearer " + ADMIN_TOKEN)
        answer = exchange(request)
        assert answer.status == 200, answer.raw
        return answer.json["calls"]

    def wait_sip(self, call, text):
        """Until a message of the call has the text."""
        request = urllib.request.Request(f"{self.server.admin}/tonearm/calls/{call}/sip")
        request.add_header("Authorization", "Bearer " + ADMIN_TOKEN)
        deadline = time.monotonic() + PATIENCE
        while text.encode() not in exchange(request).raw and time.monotonic() < deadline:
            time.sleep(0.05)
        assert text.encode() in exchange(request).raw

    def assert_clean(self):
        """What must hold after every test; forgets what was heard."""
        faults, calls = self.bot.forget()
        assert faults == []
        for call, history in calls.items():
            assert history.notifications[-1].state == "terminated", f"{call} has no ending"
        # A call's ending may be heard a moment before the call has left the list.
        deadline = time.monotonic() + PATIENCE
        while (left := self.open_calls()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left == []


@pytest.fixture(scope="session")
def running_stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("server"))
    yield stage
    stage.close()


@pytest.fixture
def stage(running_stage):
    running_stage.bot.forget()
    yield running_stage
    running_stage.assert_clean()


@pytest.fixture
def ear():
    ear = Ear()
    yield ear
    ear.close()


def pytest_terminal_summary(terminalreporter):
    counts = ", ".join(f"{count} {kind}s" for kind, count in GATE.bodies.items())
    terminalreporter.write_line(f"bodies checked against the Graph schema: {counts}")
