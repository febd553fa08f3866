"""One webhook POST, and what must hold for each and for all of a call's."""

import json
import re
from dataclasses import dataclass, field
from email.message import Message

from graph_gate import GATE

STATES = ["incoming", "establishing", "established", "terminating", "terminated"]
GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
RESOURCE = re.compile(rf"/communications/calls/({GUID})(?:/[a-z]+/{GUID})?")


@dataclass
class Notification:
    headers: Message
    raw: bytes
    body: dict = field(init=False)

    def __post_init__(self):
        self.body = json.loads(self.raw)

    @property
    def item(self):
        return self.body["value"][0]

    @property
    def change(self):
        return self.item["changeType"]

    @property
    def url(self):
        return self.item["resourceUrl"]

    @property
    def data(self):
        return self.item["resourceData"]

    @property
    def call(self):
        """Id of the call that it is about, or that the operation belongs to."""
        return RESOURCE.fullmatch(self.url)[1]

    @property
    def state(self):
        return self.data.get("state")

    @property
    def number(self):
        """Its own number in its call, which those about operations carry."""
        if "/operations/" not in self.url:
            return None
        return int(re.fullmatch(r'W/"(\d+)"', self.data["@odata.etag"])[1])


def faults_of_headers(notification):
    headers, found = notification.headers, []
    if headers.get_all("Content-Length") != [str(len(notification.raw))]:
        found.append(f"Content-Length {headers.get_all('Content-Length')} for {len(notification.raw)} bytes")
    if headers["Transfer-Encoding"] is not None:
        found.append(f"Transfer-Encoding {headers['Transfer-Encoding']}")
    if headers["Content-Type"] != "application/json; charset=utf-8":
        found.append(f"Content-Type {headers['Content-Type']}")
    for name in ("X-Microsoft-Skype-Message-ID", "X-Microsoft-Skype-Chain-ID", "Client-Request-Id", "Scenario-Id"):
        if not re.fullmatch(GUID, headers[name] or ""):
            found.append(f"{name} {headers[name]}")
    return found


def faults_of_shape(body):
    found = GATE.notification(body)
    for item in body.get("value", []):
        if not RESOURCE.fullmatch(item.get("resourceUrl", "")):
            found.append(f"resourceUrl {item.get('resourceUrl')}")
    if len(body.get("value", [])) != 1:
        found.append("not one notification")
    return found


class CallHistory:
    """What one call has notified, in order of arrival."""

    def __init__(self):
        self.notifications = []
        self._ended = set()
        self._state = -1
        self._over = False

    def add(self, notification):
        """Takes the next notification; answers what is wrong with it at this place."""
        self.notifications.append(notification)
        faults = []
        if notification.number not in (None, len(self.notifications)):
            faults.append(f"number {notification.number} came as {len(self.notifications)}.")
        if notification.state:
            before, self._state = self._state, STATES.index(notification.state)
            first = STATES.index("establishing" if notification.data["direction"] == "outgoing" else "incoming")
            if self._state < before or (before < 0 and self._state > first):
                faults.append(f"{notification.state} at a wrong place")
        if self._over:
            faults.append(f"{notification.url} after the call's end")
        if notification.url in self._ended:
            faults.append(f"{notification.url} after its ending")
        if notification.change == "deleted":
            self._ended.add(notification.url)
            self._over = notification.url.endswith("/calls/" + notification.call)
        return faults
