"""The Calls API as a bot uses it: with a token, and with a look at the shape of every answer."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message

from bodies import BODIES
from graph_gate import GATE

SCOPE = "https://graph.microsoft.com/.default"


@dataclass
class Answer:
    status: int
    headers: Message
    raw: bytes

    @property
    def json(self):
        return json.loads(self.raw)


def exchange(request):
    """The answer to any request; a refusal is an answer too."""
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            answer = Answer(refusal.code, refusal.headers, refusal.read())
    kind = answer.headers["Content-Type"]
    BODIES.response(request.get_method(), request.selector, answer.status, kind, answer.raw)
    return answer


def fetch_token(service, tenant, application, secret):
    form = {"client_id": application, "client_secret": secret, "grant_type": "client_credentials", "scope": SCOPE}
    data = urllib.parse.urlencode(form).encode()
    answer = exchange(urllib.request.Request(f"{service}/{tenant}/oauth2/v2.0/token", data))
    assert answer.status == 200, answer.raw
    return answer.json["access_token"]


class Api:
    """Calls of one application under one root. Threading: thread-safe."""

    def __init__(self, service, token, version="v1.0", root="communications"):
        self._version = version
        self._root = f"{service}/{version}/{root}/calls"
        self._token = token

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._root + path, data, method=method)
        request.add_header("Authorization", "Bearer " + self._token)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        answer = exchange(request)
        self._check(answer, f"{method} {path}")
        return answer

    def _check(self, answer, what):
        assert answer.headers["request-id"], what
        if not answer.raw:
            return
        assert answer.headers["Content-Type"].startswith("application/json"), what
        assert answer.headers["Content-Length"] == str(len(answer.raw)), what
        assert GATE.response(answer.json, self._version) == [], what

    def _expect(self, status, method, path, body=None):
        answer = self.request(method, path, body)
        assert answer.status == status, (method, path, answer.status, answer.raw)
        return answer

    def get(self, path):
        return self._expect(200, "GET", path).json

    def create(self, callback, identity):
        """Id of a new call to one user or number."""
        body = {
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": callback,
            "targets": [{"identity": identity}],
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
        }
        return self._expect(201, "POST", "", body).json["id"]

    def answer(self, call, callback):
        media = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
        body = {"callbackUri": callback, "acceptedModalities": ["audio"], "mediaConfig": media}
        self._expect(202, "POST", f"/{call}/answer", body)

    def reject(self, call, reason):
        self._expect(202, "POST", f"/{call}/reject", {"reason": reason})

    def play(self, call, uri, context="prompt"):
        """The operation as the response shows it."""
        prompt = {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": uri}}
        body = {"clientContext": context, "prompts": [prompt]}
        return self._expect(200, "POST", f"/{call}/playPrompt", body).json

    def record(self, call, **members):
        """The operation as the response shows it; without a beep."""
        body = {"clientContext": "record", "playBeep": False, "initialSilenceTimeoutInSeconds": 20} | members
        return self._expect(200, "POST", f"/{call}/recordResponse", body).json

    def subscribe(self, call):
        return self._expect(200, "POST", f"/{call}/subscribeToTone", {"clientContext": "keys"})

    def cancel(self, call, context="cancel"):
        return self._expect(200, "POST", f"/{call}/cancelMediaProcessing", {"clientContext": context}).json

    def hang_up(self, call):
        self._expect(204, "DELETE", f"/{call}")
