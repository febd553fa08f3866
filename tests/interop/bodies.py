"""Writes down each Graph body that a test sees, for tests/support/suite_gate.py, as tests/support/body_log.hpp does."""

import json
import os
import re
import threading
from pathlib import Path

LINES_MAX = 20_000  # per process, far above what a run leaves; the first one beyond is written as a fault
VERSION = re.compile(r"^/+(v1\.0|beta)/", re.IGNORECASE)
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NUMBER = re.compile(r"\d+")


def outline(text):
    """The text with every id and every number alike; numbers that may not fit in Int32 are another kind."""
    return NUMBER.sub(lambda digits: "9" if len(digits[0]) > 9 else "0", GUID.sub("g", text))


def running_test():
    """`test_sipp.py::test_name[case]`, empty outside of a test."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0].rpartition("/")[2]


class BodyLog:
    """Threading: thread-safe."""

    def __init__(self, folder, lines_max=LINES_MAX):
        self._folder = Path(folder) if folder else None
        self._lines_max = lines_max
        self._lock = threading.Lock()
        self._seen = set()

    def response(self, method, path, status, content_type, raw):
        """Of what is not Graph's, errors only: the token endpoint and the admin listener have bodies of their own."""
        if not raw or not (content_type or "application/json").startswith("application/json"):
            return
        version = VERSION.match(path)
        if version or is_error(raw):
            name = version[1].lower() if version else "any"
            self._add(name, "response", f"{method} {path} {status}", raw)

    def notification(self, raw):
        self._add("any", "notification", "POST", raw)

    def _add(self, version, kind, what, raw):
        if self._folder is None:
            return
        text, test = raw.decode(errors="replace"), running_test()
        line = {"kind": kind, "test": test, "what": what}
        try:
            line["body"] = json.loads(text)
        except ValueError:
            line["broken"] = text
        with self._lock:
            if len(self._seen) > self._lines_max or (key := (version, test, outline(what + text))) in self._seen:
                return
            self._seen.add(key)
            full = len(self._seen) > self._lines_max
            self._write(version, {"kind": "overflow"} if full else line)

    def _write(self, version, line):
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._folder / f"{version}-{os.getpid()}.ndjson", "ab", buffering=0) as file:
            file.write(json.dumps(line).encode() + b"\n")


def is_error(raw):
    try:
        body = json.loads(raw)
    except ValueError:
        return False
    return isinstance(body, dict) and isinstance(body.get("error"), dict)


BODIES = BodyLog(os.environ.get("TONEARM_BODIES"))
