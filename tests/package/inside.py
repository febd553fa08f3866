"""inside.py ROOT < UNIT: runs the installed server as the unit says; prints what was seen, as JSON.

Its caller has made the network and mount namespaces, which end with it.
"""

import contextlib
import ctypes
import fcntl
import json
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import urllib.request

ROOT, UNIT = sys.argv[1], sys.stdin.read()
LIMIT = 60  # s


def setting(key):
    return re.search(rf"^{key}=(.*)$", UNIT, re.MULTILINE)[1]


def loopback_up():
    """SIOCSIFFLAGS with IFF_UP | IFF_LOOPBACK | IFF_RUNNING."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x49))


def limits():
    number = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    for key, which in (("LimitRTPRIO", resource.RLIMIT_RTPRIO), ("LimitMEMLOCK", resource.RLIMIT_MEMLOCK),
                       ("LimitNOFILE", resource.RLIMIT_NOFILE)):  # fmt: skip
        text = setting(key)
        most = int(text[:-1]) * number[text[-1]] if text[-1] in number else int(text)
        with contextlib.suppress(ValueError, OSError):  # a container's root may not raise them
            resource.setrlimit(which, (most, most))


def sip(method, user):
    """Status of the final response to one request."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.connect(("127.0.0.1", 5060))
        phone.settimeout(LIMIT)
        own = "%s:%d" % phone.getsockname()
        sdp = "\r\n".join(["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
                           "m=audio 40000 RTP/AVP 0", ""])  # fmt: skip
        lines = [f"{method} sip:{user}@127.0.0.1:5060 SIP/2.0", f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{method}",
                 f"From: <sip:ada@{own}>;tag=1", f"To: <sip:{user}@127.0.0.1>", f"Call-ID: {method}", "Max-Forwards: 70",
                 f"CSeq: 1 {method}", f"Contact: <sip:ada@{own}>", "Content-Type: application/sdp",
                 f"Content-Length: {len(sdp)}", "", sdp]  # fmt: skip
        phone.send("\r\n".join(lines).encode())
        while (status := int(phone.recv(65536).split()[1])) < 200:
            pass
        return status


def health():
    with urllib.request.urlopen("http://127.0.0.1:8081/tonearm/health/ready", timeout=LIMIT) as answer:
        return answer.status


def status_of(process):
    with open(f"/proc/{process}/status") as file:
        return {name: value.strip() for name, _, value in (line.partition(":") for line in file)}


def main():
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, as NoNewPrivileges=
    loopback_up()
    subprocess.run(["mount", "-t", "proc", "proc", f"{ROOT}/proc"], check=True)
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind("\0tonearm-package-test")
    manager.settimeout(LIMIT)
    user = setting("User")
    command = ["chroot", ROOT, "setpriv", f"--reuid={user}", f"--regid={setting('Group')}", "--clear-groups",
               "--bounding-set=-all", "--inh-caps=-all", *setting("ExecStart").split()]  # fmt: skip
    environment = {"NOTIFY_SOCKET": "@tonearm-package-test", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    server = subprocess.Popen(command, env=environment, preexec_fn=limits, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)  # fmt: skip
    try:
        said = [manager.recv(4096).decode()]
        state = status_of(server.pid)
        seen = {"options": sip("OPTIONS", "tonearm"), "invite": sip("INVITE", "nobody"), "ready": health(),
                "capabilities": int(state["CapEff"], 16) | int(state["CapBnd"], 16)}  # fmt: skip
        uid = int(state["Uid"].split()[0])
        with open(f"{ROOT}/etc/passwd") as users:
            seen["user"] = next(line.split(":")[0] for line in users if int(line.split(":")[2]) == uid)
        server.send_signal(signal.SIGTERM)
        seen["exit"] = server.wait(LIMIT)
        said.append(manager.recv(4096).decode())
        log = server.stderr.read().decode(errors="replace")
        seen["priority"] = re.search(r"(\w+) priority", log)[1]
    finally:
        server.kill()
    print(json.dumps(seen | {"said": said}))


main()
