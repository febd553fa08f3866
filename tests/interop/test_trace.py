"""`tonearm trace`: the capture file of a real call, as tshark reads it."""

import re
import socket
import subprocess
import time
import urllib.request

import pytest

from api import exchange
from bot import PATIENCE
from conftest import Stage
from ear import Ear
from server import ADMIN_TOKEN, binary
from sipp import Sipp
from test_caller import call
from test_registrar import PASSWORD, USERS
from test_sipp import has_ipv6_loopback

NUMBER = "14255550187"
UNKNOWN = "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901"
RTP_FRAME, RTP_KEPT = 20 + 8 + 12 + 160, 20 + 8 + 12  # bytes of an IPv4 packet with 20 ms of G.711; without its sound


def run(*words):
    command = [str(word) for word in (binary(), "trace", *words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


class Capture:
    """A file that `tonearm trace` wrote."""

    def __init__(self, file):
        self._file = file

    @classmethod
    def of(cls, stage, traced, folder):
        token, file = folder / "admin-token", folder / "call.pcapng"
        token.write_text(ADMIN_TOKEN + "\n")
        done = run(traced, file, "--admin", stage.server.admin, "--token-file", token)
        assert done.returncode == 0, done.stderr
        return cls(file)

    def tshark(self, *words):
        command = ["tshark", "-n", "-r", str(self._file), *words]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

    def rows(self, of, *fields):
        """The fields of each packet that the filter takes."""
        words = [word for field in fields for word in ("-e", field)]
        lines = self.tshark("-Y", of, "-T", "fields", "-E", "separator=|", *words).splitlines()
        return [tuple(line.split("|")) for line in lines]

    def ladder(self):
        """Methods and statuses in order, RTP once for each direction that has begun."""
        steps = []
        for method, status, source in self.rows("sip or rtp", "sip.Method", "sip.Status-Code", "udp.srcport"):
            step = method or status or f"RTP from {source}"
            if step not in steps or not step.startswith("RTP"):
                steps.append(step)
        return steps

    def assert_sound(self):
        """Nothing that tshark could not make sense of, and nothing secret."""
        assert self.rows("_ws.malformed", "frame.number") == []
        assert self.rows('_ws.expert.severity == "error"', "frame.number", "_ws.expert.message") == []
        raw = self._file.read_bytes()
        for secret in (NUMBER, PASSWORD, "response="):
            assert secret.encode() not in raw, secret


def answered_and_hung_up(stage):
    answered = stage.answer_next()
    stage.bot.wait_audio(answered)
    stage.api.hang_up(answered)
    stage.bot.wait_end(answered)
    return answered


def assert_in_order(steps, wanted):
    rest = iter(steps)
    assert all(any(step == one for step in rest) for one in wanted), f"{wanted} is not in {steps}"


def test_a_call_is_one_ladder_with_rtp_both_ways_while_it_is_up_and_after_its_end(stage, tmp_path):
    target = f"sip:ivr@{stage.server.sip['udp']}"
    with call(target, "--from", f"sip:+{NUMBER}@tonearm.invalid", "--dtmf", "12") as process:
        answered = stage.answer_next()
        stage.bot.wait_audio(answered)
        stage.api.subscribe(answered)
        for _ in range(2):
            stage.bot.wait_key(answered)
        up = Capture.of(stage, answered, tmp_path)
        assert_in_order(up.ladder(), ["INVITE", "100", "200", "ACK"])
        up.assert_sound()
        stage.api.hang_up(answered)
        stage.bot.wait_end(answered)
        process.communicate(timeout=PATIENCE)
    stage.assert_clean()
    over = Capture.of(stage, answered, tmp_path)
    over.assert_sound()
    steps = over.ladder()
    assert_in_order(steps, ["INVITE", "100", "200", "ACK", "BYE", "200"])
    assert len([step for step in steps if step.startswith("RTP from")]) == 2
    sizes = over.rows("rtp and rtp.p_type == 0", "frame.len", "frame.cap_len")
    assert set(sizes) == {(str(RTP_FRAME), str(RTP_KEPT))}
    assert over.rows("rtp.p_type == 101", "frame.number") != [], "keys are seen to be pressed, not which"
    assert over.rows("rtpevent.event_id", "frame.number") == []
    ((sender,),) = set(over.rows('sip.Method == "INVITE"', "sip.from.user"))
    assert sender == "+00000000087"
    ((remark,),) = set(over.rows('sip.Method == "INVITE"', "frame.comment"))
    assert "masked" in remark


def test_streams_of_rtp_are_measured_although_their_sound_is_missing(stage, tmp_path):
    with call(f"sip:ivr@{stage.server.sip['udp']}", "--for", "2s") as process:
        answered = stage.answer_next()
        stage.bot.wait_end(answered)
        process.communicate(timeout=PATIENCE)
    streams = Capture.of(stage, answered, tmp_path).tshark("-q", "-z", "rtp,streams")
    rows = re.findall(r"^.* 127\.0\.0\.1 +\d+ +127\.0\.0\.1 +\d+ .*$", streams, re.MULTILINE)
    assert len(rows) == 2, streams
    assert all("0 (0.0%)" in row for row in rows), streams


def test_messages_over_tcp_are_read_one_by_one(stage, ear, tmp_path):
    with Sipp(stage.server, "uac-tcp", tmp_path, rtp_port=ear.port, transport="tcp") as caller:
        traced = answered_and_hung_up(stage)
        caller.finish()
    capture = Capture.of(stage, traced, tmp_path)
    assert_in_order(capture.ladder(), ["INVITE", "100", "200", "ACK", "BYE", "200"])
    assert {protocol for (protocol,) in capture.rows("sip", "ip.proto")} == {"6"}
    assert capture.rows("tcp.analysis.flags", "frame.number") == []
    capture.assert_sound()


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")
def test_a_call_over_ipv6_is_read_too(tmp_path):
    stage = Stage(tmp_path, sip=["udp:[::1]:0"], media_address="::1")
    ear = Ear("::1")
    try:
        with Sipp(stage.server, "uac-ipv6", tmp_path, rtp_port=ear.port, local="::1") as caller:
            traced = answered_and_hung_up(stage)
            caller.finish()
        capture = Capture.of(stage, traced, tmp_path)
        assert_in_order(capture.ladder(), ["INVITE", "200", "ACK", "BYE", "200"])
        assert {address for (address,) in capture.rows("sip or rtp", "ipv6.src")} == {"::1"}
        capture.assert_sound()
        stage.assert_clean()
    finally:
        ear.close()
        stage.close()


def test_a_password_leaves_nothing_in_the_file(tmp_path):
    stage = Stage(tmp_path, extra=USERS)
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    at = stage.server.sip["udp"]
    try:
        caller = ["--from", f"sip:ada@{at}", "--user", "ada", "--password-file", secret]
        with call(f"sip:ivr@{at}", *caller) as process:
            answered = stage.answer_next()
            stage.api.hang_up(answered)
            stage.bot.wait_end(answered)
            process.communicate(timeout=PATIENCE)
        capture = Capture.of(stage, answered, tmp_path)
        capture.assert_sound()
        assert "Credentials are removed." in capture.tshark("-T", "fields", "-e", "frame.comment")
    finally:
        stage.close()


def long_invite(target, here, branch):
    """More than is kept of a message, in its head and in its body."""
    filling = "".join(f"X-Filling-{i}: {'f' * 900}\r\n" for i in range(4))
    body = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {here} RTP/AVP 0\r\n"
    body += f"a=x-filling:{'f' * 900}\r\n"
    return (
        f"INVITE sip:ivr@{target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{here};branch={branch};rport\r\n"
        f"From: <sip:ada@127.0.0.1:{here}>;tag=1\r\nTo: <sip:ivr@{target}>\r\nCall-ID: {branch}\r\nCSeq: 1 INVITE\r\n"
        f"Max-Forwards: 70\r\nContact: <sip:ada@127.0.0.1:{here}>\r\n{filling}"
        f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def test_a_message_that_was_kept_in_part_is_cut_and_not_malformed(stage, tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(PATIENCE)
        target = stage.server.sip["udp"]
        here = phone.getsockname()[1]
        invite = long_invite(target, here, "z9hG4bK-long")
        phone.sendto(invite.encode(), (target.host, target.port))
        refused = stage.bot.wait_incoming()
        stage.api.reject(refused, "busy")
        stage.bot.wait_end(refused)
        answer = ""
        while not answer.startswith("SIP/2.0 486"):
            answer = phone.recv(65535).decode()
        (to,) = re.findall(r"^To: .*$", answer, re.MULTILINE)
        ack = invite.split("X-Filling")[0].replace("INVITE", "ACK")
        ack = re.sub(r"^To: .*$", to, ack, flags=re.MULTILINE) + "Content-Length: 0\r\n\r\n"
        phone.sendto(ack.encode(), (target.host, target.port))
        stage.wait_sip(refused, "ACK sip:ivr")
    capture = Capture.of(stage, refused, tmp_path)
    capture.assert_sound()
    ((length, kept, remark),) = set(capture.rows('sip.Method == "INVITE"', "frame.len", "frame.cap_len", "frame.comment"))
    assert (int(length), int(kept)) == (28 + len(invite), 28 + 4096)
    assert "Only the first 4096 bytes were kept." in remark
    assert_in_order(capture.ladder(), ["INVITE", "100", "486", "ACK"])


def test_what_went_wrong_is_said(stage, tmp_path):
    token = tmp_path / "token"
    token.write_text("wrong\n")
    file = tmp_path / "call.pcapng"
    there = ["--admin", stage.server.admin, "--token-file", token]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        cases = [
            (1, "wants the token", [UNKNOWN, file, *there]),
            (1, "no answer from the admin listener", [UNKNOWN, file, "--admin", f"http://127.0.0.1:{port}"]),
            (1, "is no folder", [UNKNOWN, tmp_path / "no" / "call.pcapng", *there]),
            (2, "a call's id looks like", ["no-id", file, *there]),
        ]
        for status, words, arguments in cases:
            done = run(*arguments)
            assert (done.returncode, words in done.stderr) == (status, True), done.stderr
    token.write_text(ADMIN_TOKEN)
    done = run(UNKNOWN, file, *there)
    assert (done.returncode, "keeps nothing of call " + UNKNOWN in done.stderr) == (1, True), done.stderr
    assert not file.exists()


def test_a_traced_call_takes_a_few_milliseconds(stage, tmp_path):
    """A bound against mistakes, not a benchmark: the answer of a full ring, on a busy machine."""
    with call(f"sip:ivr@{stage.server.sip['udp']}", "--for", "6s") as process:
        answered = stage.answer_next()
        stage.bot.wait_end(answered)
        process.communicate(timeout=PATIENCE)
    request = urllib.request.Request(f"{stage.server.admin}/tonearm/calls/{answered}/trace")
    request.add_header("Authorization", "Bearer " + ADMIN_TOKEN)
    began = time.monotonic()
    answer = exchange(request)
    assert answer.status == 200
    assert time.monotonic() - began < 1
    assert len(answer.raw) < 200_000
    file = tmp_path / "full.pcapng"
    file.write_bytes(answer.raw)
    assert len(Capture(file).rows("rtp", "frame.number")) == 512
