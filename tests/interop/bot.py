"""An HTTP bot: verifies and keeps every notification, serves WAVs, and does what a test tells it to."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bodies import BODIES
from notification import CallHistory, Notification, faults_of_headers, faults_of_shape
from verifier import Refused

WEBHOOK = "/api/calls"
PATIENCE = 30  # seconds until an event that must come counts as missing


class Bot:
    """Answers 202 to what it believes, 401 to what it does not.

    Threading: a thread per connection; everything public is thread-safe. `on_notification` is called on the
    connection's thread once the answer is out.
    """

    def __init__(self):
        self.verifier = None  # set once the server is up, which needs our address first
        self.on_notification = None
        self._files = {}
        self._arrived = threading.Condition()
        self._calls = {}
        self._unread = []
        self._faults = []
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.bot = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def url(self, path=WEBHOOK):
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def serve(self, path, content):
        self._files[path] = content
        return self.url(path)

    def file(self, path):
        return self._files.get(path)

    def take(self, headers, raw):
        """Verifies one POST; answers (HTTP status that it deserves, notification if it is one)."""
        BODIES.notification(raw)
        try:
            self.verifier.claims(headers["Authorization"])
        except Refused as refused:
            self._fault(f"refused: {refused}")
            return 401, None
        try:
            notification = Notification(headers, raw)
            faults = faults_of_headers(notification) + faults_of_shape(notification.body)
            self._keep(notification, faults)
        except (ValueError, LookupError, TypeError, AttributeError) as broken:
            self._fault(f"{broken!r} in {raw!r}")
            return 400, None
        return 202, notification

    def _fault(self, text):
        with self._arrived:
            self._faults.append(text)

    def _keep(self, notification, faults):
        with self._arrived:
            faults += self._calls.setdefault(notification.call, CallHistory()).add(notification)
            self._faults += [f"{fault}: {notification.body}" for fault in faults]
            self._unread.append(notification)
            self._arrived.notify_all()

    def forget(self):
        """Starts anew; answers the faults seen and the histories, by call id."""
        with self._arrived:
            faults, calls = self._faults, self._calls
            self._faults, self._calls, self._unread = [], {}, []
            self.on_notification = None
            return faults, calls

    def of_call(self, call):
        with self._arrived:
            history = self._calls.get(call)
            return list(history.notifications) if history else []

    def count_calls(self):
        with self._arrived:
            return len(self._calls)

    def wait(self, fits, what, timeout=PATIENCE):
        """The first notification that fits, seen or to come; each is handed out once."""
        with self._arrived:
            found = []

            def arrived():
                found[:] = [one for one in self._unread if fits(one)][:1]
                return bool(found)

            if not self._arrived.wait_for(arrived, timeout):
                seen = [(one.change, one.state or one.url) for one in self._unread]
                raise AssertionError(f"no notification: {what}; unread: {seen}; faults: {self._faults}")
            self._unread.remove(found[0])
            return found[0]

    def wait_incoming(self):
        """Id of the next incoming call."""
        return self.wait(lambda one: one.state == "incoming", "incoming").call

    def wait_audio(self, call):
        return self.wait(lambda one: one.call == call and "mediaState" in one.data, f"audio of {call}")

    def wait_key(self, call):
        """`toneInfo` of the call's next key."""
        return self.wait(lambda one: one.call == call and "toneInfo" in one.data, f"key of {call}").data["toneInfo"]

    def wait_end(self, call):
        """The call's last notification."""
        ending = self.wait(lambda one: one.call == call and one.state == "terminated", f"end of {call}")
        assert ending.change == "deleted"
        return ending

    def wait_operation_end(self, operation):
        def fits(one):
            return one.change == "deleted" and one.url.endswith("/operations/" + operation)

        return self.wait(fits, f"end of operation {operation}")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A connection that the server resets at its end is no fault; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path != WEBHOOK:
            return self._answer(404)
        bot = self.server.bot
        status, notification = bot.take(self.headers, raw)
        self._answer(status)
        if notification and bot.on_notification:
            bot.on_notification(notification)

    def do_GET(self):
        content = self.server.bot.file(self.path)
        self._answer(404 if content is None else 200, content or b"")

    def _answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Type", "audio/wav" if content else "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass
