"""fuzz reads libFuzzer's output, says what broke, and believes nothing before it has found the planted fault."""

import importlib.machinery
import importlib.util
import pathlib
import stat

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

PROGRESS = "#2048\tpulse  cov: 120 ft: 340 corp: 17/1Kb lim: 64 exec/s: 1024 rss: 40Mb\n"
DONE = (
    "#4096\tDONE   cov: 130 ft: 360 corp: 19/1Kb lim: 64 exec/s: 2048 rss: 41Mb\n"
    "stat::number_of_executed_units: 4100\n"
)


@pytest.fixture
def tool(tmp_path):
    loader = importlib.machinery.SourceFileLoader("fuzz", str(ROOT / "tools/fuzz"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz", loader))
    loader.exec_module(module)
    module.BUILD = tmp_path
    return module


def fuzzer(tool, name, output, status=0, artifact=""):
    """A program in the place of a fuzzer, which prints and leaves a file where it was told to."""
    path = tool.binary(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    (tool.BUILD / f"{name}.out").write_text(output)
    touch = f'touch "${{word#*=}}{artifact}"' if artifact else ":"
    leave = f"for word; do case $word in -artifact_prefix=*) {touch};; esac; done\n"
    path.write_text(f"#!/bin/sh\n{leave}cat {tool.BUILD}/{name}.out >&2\nexit {status}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def found(tool):
    fuzzer(tool, "planted", DONE, 77, "crash-planted")


def test_every_target_has_a_source_and_seeds(tool):
    names = tool.target_names()
    assert len(names) >= 15
    sources = {path.stem for path in (ROOT / "fuzz/targets").glob("*.cpp")}
    assert sources == {*names, "planted"}
    for name in names:
        assert any((ROOT / "fuzz/corpus" / name).iterdir()), name


def test_dictionaries_belong_to_a_target(tool):
    assert {path.stem for path in (ROOT / "fuzz/dictionaries").glob("*.dict")} <= set(tool.target_names())


def test_all_targets_are_run_unless_some_are_named(tool):
    assert tool.arguments([]).targets == tool.target_names()
    options = tool.arguments(["sdp", "sip", "--seconds", "5"])
    assert (options.targets, options.seconds) == (["sdp", "sip"], 5)


@pytest.mark.parametrize("words", [["nonsense"], ["planted"], ["--seconds", "0"], ["--seconds", "x"]])
def test_what_makes_no_sense_is_refused(tool, words):
    with pytest.raises(SystemExit) as end:
        tool.arguments(words)
    assert end.value.code == 2


def test_output_is_read(tool):
    run = tool.Run("sdp")
    assert run.read(PROGRESS)
    assert (run.executions, run.edges, run.features, run.corpus) == (2048, 120, 340, 17)
    for line in DONE.splitlines():
        run.read(line)
    assert (run.executions, run.edges, run.features, run.corpus) == (4100, 130, 360, 19)
    assert not run.read("INFO: Seed: 7\n")


def test_a_quiet_run_passes(tool, capsys):
    found(tool)
    fuzzer(tool, "sdp", PROGRESS + DONE)
    assert tool.main(["--no-build", "sdp"]) == 0
    last = capsys.readouterr().out.splitlines()
    assert last[-2].split()[:2] == ["sdp", "4100"]
    assert last[-1].split() == ["in", "all", "4100", "19", "0"]


@pytest.mark.parametrize("artifact", ["crash-1", "leak-1", "timeout-1", "oom-1"])
def test_a_fault_fails_and_says_how_to_see_it_again(tool, capsys, artifact):
    found(tool)
    fuzzer(tool, "sdp", DONE, 77, artifact)
    fuzzer(tool, "sip", DONE)
    assert tool.main(["--no-build", "sdp", "sip"]) == 1
    text = capsys.readouterr().out
    assert f"again: {tool.binary('sdp')} {tool.BUILD}/crashes/sdp/{artifact}" in text
    assert "fuzz/crashes/sdp/" in text
    # The others are run all the same.
    assert any(line.split()[:2] == ["sip", "4100"] for line in text.splitlines())


def test_a_slow_input_is_no_fault(tool):
    found(tool)
    fuzzer(tool, "sdp", DONE, 0, "slow-unit-1")
    assert tool.main(["--no-build", "sdp"]) == 0


def test_a_fuzzer_that_dies_without_an_input_fails(tool, capsys):
    found(tool)
    fuzzer(tool, "sdp", "", 1)
    assert tool.main(["--no-build", "sdp"]) == 1
    assert "sdp ended with 1" in capsys.readouterr().out


def test_a_fault_of_yesterday_is_not_todays(tool):
    found(tool)
    fuzzer(tool, "sdp", DONE)
    (tool.BUILD / "crashes/sdp").mkdir(parents=True)
    (tool.BUILD / "crashes/sdp/crash-old").touch()
    assert tool.main(["--no-build", "sdp"]) == 0


def test_nothing_is_believed_if_the_planted_fault_is_not_found(tool):
    fuzzer(tool, "planted", DONE)
    fuzzer(tool, "sdp", DONE)
    with pytest.raises(SystemExit, match="planted"):
        tool.main(["--no-build", "sdp"])


def test_a_planted_fault_of_yesterday_proves_nothing(tool):
    fuzzer(tool, "planted", DONE)
    (tool.BUILD / "crashes/planted").mkdir(parents=True)
    (tool.BUILD / "crashes/planted/crash-old").touch()
    with pytest.raises(SystemExit):
        tool.prove()
