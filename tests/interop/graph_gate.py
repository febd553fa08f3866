"""The schema gate of tests/support, with a count of what went through it."""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from schema_gate import Gate  # noqa: E402


class CountingGate:
    """Threading: thread-safe."""

    def __init__(self):
        self._gate = Gate.load()
        self._lock = threading.Lock()
        self.bodies = {"notification": 0, "response": 0}

    def notification(self, body):
        """Faults of a webhook body, which has the same shape whatever version the call was made with."""
        self._count("notification")
        return self._gate.check_everywhere(body)

    def response(self, body, version):
        self._count("response")
        return self._gate.check(body, version)

    def _count(self, kind):
        with self._lock:
            self.bodies[kind] += 1


GATE = CountingGate()
