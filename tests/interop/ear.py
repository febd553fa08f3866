"""A UDP socket where a phone's SDP says that it listens."""

import socket
import struct
import time

SO_TIMESTAMPNS = 35  # Linux; socket has no name for it
PCMU_SILENCE = b"\xff"


class Ear:
    def __init__(self, address="127.0.0.1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind((address, 0))
        self.port = self._socket.getsockname()[1]

    def close(self):
        self._socket.close()

    def packets(self, seconds=20):
        """(arrival, payload) of RTP packets as they come, for at most `seconds`.

        The kernel's word on when they came: a reader that is late on a busy machine sees the same gaps.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                packet, notes, _, _ = self._socket.recvmsg(2048, 128)
            except TimeoutError:
                return
            if len(packet) > 12 and struct.unpack("!B", packet[:1])[0] >> 6 == 2:
                (stamp,) = (data for level, kind, data in notes if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS))
                whole, nanoseconds = struct.unpack("@ll", stamp[:16])
                yield whole + nanoseconds / 1e9, packet[12:]

    def wait_voiced(self, count):
        """Returns when that many packets were heard that are not silence."""
        for _, payload in self.packets():
            count -= payload.strip(PCMU_SILENCE) != b""
            if count <= 0:
                return
        raise AssertionError(f"{count} voiced packets more were expected")

    def wait_gap(self, seconds):
        """Returns when the stream has gone on after a gap of at least that length."""
        before = None
        for arrival, _ in self.packets():
            if before is not None and arrival - before >= seconds:
                return
            before = arrival
        raise AssertionError(f"no gap of {seconds} s, after which the stream goes on")
