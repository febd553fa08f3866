"""What the package is made of, without making it: unit, settings, manual, page for operators."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "packaging/tonearm.service"
EXPOSURE_MAX = 1.5  # of 10, as systemd 252 counts; a network server cannot come below about 1

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze (systemd)")
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")


def tonearm():
    return pathlib.Path(os.environ["TONEARM_BUILD"]).resolve() / "tonearm"


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, **options)


def unit_values(key):
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


@needs_systemd
def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/tonearm", str(tonearm())))
    judged = run("systemd-analyze", "verify", "--man=no", unit)
    assert judged.returncode == 0, judged.stderr
    assert UNIT.name not in judged.stderr  # warnings end with 0


@needs_systemd
def test_the_unit_is_confined(record_property):
    judged = run("systemd-analyze", "security", "--no-pager", "--offline=true", UNIT)
    exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)[1])
    record_property("exposure", exposure)
    assert exposure <= EXPOSURE_MAX, judged.stdout


def seconds(text):
    """Of a time span as systemd, or a duration as the settings write it."""
    number, unit = re.fullmatch(r"(\d+)(s|min|m|h)", text).groups()
    return int(number) * {"s": 1, "m": 60, "min": 60, "h": 3600}[unit]


def test_the_service_manager_waits_longer_than_the_drain():
    drain = re.search(r'^drain = "(\w+)"', (ROOT / "tonearm.example.toml").read_text(), re.MULTILINE)[1]
    assert seconds(unit_values("TimeoutStopSec")[0]) >= seconds(drain) + 30


def test_the_unit_allows_what_the_server_asks_for():
    # Looked for at start, and without it only a warning: nothing else would tell.
    fifo = int(re.search(r"kFifoPriority = (\d+)", (ROOT / "src/media/thread_priority.cpp").read_text())[1])
    assert int(unit_values("LimitRTPRIO")[0]) >= fifo
    assert not unit_values("RestrictRealtime")


def allowed_syscalls():
    """What the filters of the unit leave, by systemd's own lists."""

    def expand(name):
        if not name.startswith("@"):
            return {name}
        lines = run("systemd-analyze", "syscall-filter", name).stdout.splitlines()[1:]
        members = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
        return set().union(*map(expand, members))

    allowed = set()
    for line in unit_values("SystemCallFilter"):
        names = set().union(*map(expand, line.removeprefix("~").split()))
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


@needs_systemd
@needs_strace
def test_the_server_makes_no_system_call_that_the_unit_forbids(tmp_path, call):
    log = tmp_path / "calls"
    with call(["strace", "-f", "-qq", "-o", log]) as answered:
        assert answered
    lines = log.read_text(errors="replace").splitlines()
    names = {found[1] for line in lines if (found := re.match(r"\d+ +(\w+)\(", line))}
    assert "io_uring_setup" in names or "recvmmsg" in names  # it did have media
    # SQLite gives its files to the owner of the database if it runs as root, which the service does not.
    of_root = {"fchown"} if os.geteuid() == 0 else set()
    assert names - allowed_syscalls() - of_root == set()
    writable_code = [line for line in lines if re.search(r" (mmap|mprotect)\(", line)
                     and "PROT_WRITE" in line and "PROT_EXEC" in line]  # fmt: skip
    assert writable_code == []  # MemoryDenyWriteExecute=


def test_the_packages_settings_are_good_and_keep_their_data_in_the_state_directory(tmp_path):
    settings = tmp_path / "tonearm.toml"
    made = run(ROOT / "packaging/settings", ROOT / "tonearm.example.toml")
    assert made.returncode == 0, made.stderr
    settings.write_text(made.stdout)
    checked = run(tonearm(), "check", "--config", settings)
    assert checked.returncode == 0, checked.stderr
    assert '\ndata_dir = "/var/lib/tonearm"' in made.stdout
    assert unit_values("StateDirectory") == ["tonearm"]


def test_an_example_without_the_setting_that_is_changed_makes_no_package(tmp_path):
    example = tmp_path / "example.toml"
    example.write_text((ROOT / "tonearm.example.toml").read_text().replace("data_dir", "data_folder"))
    made = run(ROOT / "packaging/settings", example)
    assert made.returncode != 0
    assert "data_dir" in made.stderr


def test_the_manual_names_every_command_and_option():
    manual = (ROOT / "packaging/tonearm.1").read_text().replace("\\-", "-")
    commands = re.findall(r"^  (\w+) {2,}", run(tonearm(), "--help").stdout.split("Subcommands:")[1], re.MULTILINE)
    assert "serve" in commands
    missing = []
    for command in commands:
        options = set(re.findall(r"--[a-z-]+", run(tonearm(), command, "--help").stdout)) - {"--help", "--help-all"}
        section = manual[manual.find(f".B tonearm {command}"):].split("\n.br\n")[0].split("\n.SH")[0]
        assert section.startswith(f".B tonearm {command}"), command
        missing += [f"{command} {option}" for option in options if option not in section]
    assert missing == []


def test_operators_are_told_of_metrics_that_exist():
    told = set(re.findall(r"\btonearm_[a-z_]+", (ROOT / "docs/operate.md").read_text()))
    source = "".join(file.read_text() for file in (ROOT / "src").rglob("*metrics*.cpp"))
    assert {name for name in told if f'"{name}"' not in source} == set()


def test_the_maintainer_scripts_are_shell():
    for script in ("tonearm.postinst", "tonearm.postrm"):
        assert run("sh", "-n", ROOT / "packaging/debian" / script).returncode == 0
