"""The package in a bare Debian 12: installed, run as its unit would, purged. With TONEARM_FULL and as root only."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSIDE = pathlib.Path(__file__).with_name("inside.py")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def why_not():
    if "TONEARM_FULL" not in os.environ:
        return "a long run: needs TONEARM_FULL"
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("debootstrap") is None:
        return "needs debootstrap"
    if len(list(ROOT.glob("build/package/tonearm_*.deb"))) != 1:
        return "needs the package: ./dev package"
    return ""


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


def own_sources():
    """Where this machine gets Debian from: (its mirror, {name of a file of sources: text})."""
    folder = pathlib.Path("/etc/apt")
    files = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]
    texts = {file.name: file.read_text() for file in files if file.is_file()}
    debian = {name: text for name, text in texts.items() if re.search(r"https?://\S+/debian(-security)?/?\s", text)}
    mirror = re.search(r"(https?://\S+/debian/?)\s", "\n".join(debian.values()))
    if mirror is None or "bookworm" not in "".join(debian.values()):
        pytest.skip("no sources of Debian 12 here")
    return mirror[1], debian


class CleanRoot:
    """A Debian of nothing but what is required. Gone afterwards."""

    def __init__(self, folder):
        self.path = folder / "root"
        mirror, sources = own_sources()
        self.log = folder / "log"
        self.outside("debootstrap", "--variant=minbase", "bookworm", self.path, mirror)
        (self.path / "etc/apt/sources.list").write_text("")
        for name, text in sources.items():
            own = "debian.list" if name == "sources.list" else name
            (self.path / "etc/apt/sources.list.d" / own).write_text(text)
        for file in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
            if (pathlib.Path("/") / file).exists():
                (self.path / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(pathlib.Path("/") / file, self.path / file)
        self.run("apt-get", "update", "-q")

    def outside(self, *command):
        with self.log.open("ab") as log:
            done = subprocess.run(list(map(str, command)), stdout=log, stderr=log, timeout=900,
                                  env=os.environ | ENVIRONMENT)  # fmt: skip
        assert done.returncode == 0, self.log.read_text(errors="replace")[-3000:]

    def run(self, *command):
        """Inside, with a /proc of its own that is gone when the command has ended."""
        script = f'mount -t proc proc "{self.path}/proc" && exec chroot "{self.path}" "$@"'
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", *command],
                              capture_output=True, text=True, timeout=900, env=ENVIRONMENT)  # fmt: skip
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def files(self):
        """Everything but what apt, dpkg and adduser write about their own work."""
        ignored = ("/var/lib/dpkg/", "/var/lib/apt/", "/var/cache/", "/var/log/", "/proc/", "/run/", "/tmp/")
        backups = {f"/etc/{name}-" for name in ("passwd", "group", "shadow", "gshadow")}
        found = ("/" + str(path.relative_to(self.path)) for path in self.path.rglob("*"))
        return {path for path in found if not path.startswith(ignored)} - backups


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    made = CleanRoot(tmp_path_factory.mktemp("clean"))
    yield made
    shutil.rmtree(made.path, ignore_errors=True)


def package():
    return next(ROOT.glob("build/package/tonearm_*.deb"))


def test_it_installs_runs_confined_answers_and_leaves_nothing_behind(root, record_property):
    shutil.copy(package(), root.path / "tonearm.deb")
    # First what it depends on, so that what it leaves behind itself can be told apart.
    depends = subprocess.check_output(["dpkg-deb", "-f", package(), "Depends"], text=True)
    names = [re.match(r"\S+", part.strip())[0] for part in depends.split(",")]
    root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *names)
    before, users = root.files(), (root.path / "etc/passwd").read_text()

    root.run("dpkg", "-i", "/tonearm.deb")
    assert "is good" in root.run("tonearm", "check", "--config", "/etc/tonearm/tonearm.toml")
    owner = root.run("stat", "-c", "%U:%G %a", "/etc/tonearm/tonearm.toml").split()
    assert owner == ["root:tonearm", "640"]
    root.run("sh", "-c", "! setpriv --reuid=nobody --clear-groups cat /etc/tonearm/tonearm.toml")

    state = root.path / "var/lib/tonearm"  # systemd makes it: StateDirectory=
    root.run("install", "-d", "-o", "tonearm", "-g", "tonearm", "-m", "0750", "/var/lib/tonearm")
    unit = (root.path / "lib/systemd/system/tonearm.service").read_text()
    ran = subprocess.run(["unshare", "--net", "--mount", sys.executable, INSIDE, root.path],
                         input=unit, capture_output=True, text=True, timeout=300)  # fmt: skip
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    seen = json.loads(ran.stdout)
    assert seen["said"][0].startswith("READY=1")
    assert any(text.startswith("STOPPING=1") for text in seen["said"])
    assert seen["user"] == "tonearm"
    assert seen["capabilities"] == 0
    assert seen["options"] == 200
    assert seen["invite"] == 403  # nobody may call in yet
    assert seen["ready"] == 200
    assert seen["exit"] == 0
    assert (state / "tonearm.db").exists()
    record_property("priority", seen["priority"])

    root.run("apt-get", "purge", "-y", "-q", "tonearm")
    left = root.files() - before
    assert not left
    assert (root.path / "etc/passwd").read_text() == users
    assert "tonearm" not in (root.path / "etc/group").read_text()


def test_lintian_finds_no_error(root):
    root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "lintian")
    shutil.copy(package(), root.path / "tonearm.deb")
    root.run("lintian", "--fail-on", "error", "--allow-root", "/tonearm.deb")


def test_systemd_of_a_bare_machine_takes_the_unit(root):
    root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "systemd")
    root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "/tonearm.deb")
    root.run("systemd-analyze", "verify", "--man=no", "/lib/systemd/system/tonearm.service")
    assert (root.path / "etc/systemd/system/multi-user.target.wants/tonearm.service").is_symlink()
    root.run("apt-get", "purge", "-y", "-q", "tonearm")
    assert not (root.path / "etc/systemd/system/multi-user.target.wants/tonearm.service").is_symlink()
