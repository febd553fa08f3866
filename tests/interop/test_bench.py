"""The benchmarks work: each is run once, too small and on a build too slow for its figures to mean anything."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["TONEARM_BUILD"])
BENCH = BUILD / "bench"


def figures_of(*command):
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_dev_bench_measures_every_scene(tmp_path):
    counts = {"calls": 4, "seconds": 1, "rounds": 1, "cancels": 3, "gaps": 20, "keys": 2, "setups": 2, "records": 2, "flooded": 2}
    run = subprocess.run(
        [ROOT / "bench/run", "--no-build", "--binaries", BUILD, "--json", tmp_path / "figures.json",
         *(word for name, count in counts.items() for word in (f"--{name}", str(count)))],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["load"]["server"][0]["calls"] == 4
    assert figures["load"]["server"][0]["cpu_us_per_call_and_tick"] > 0
    assert [scene["packets_after_200"] for scene in figures["latency"]] == [0, 0]
    assert figures["record"]["least_recorded"] > 0
    assert figures["flood"]["refused_per_second"][0] > 0
    assert "| CPU per call and tick [µs] |" in run.stdout


@pytest.mark.parametrize("options", [[], ["--relay"], ["--backend", "mmsg"]])
def test_the_engine_alone(options):
    figures = figures_of(BENCH / "media_engine", "--calls", 4, "--seconds", 1, "--json", *options)
    assert figures["relay"] == ("--relay" in options)
    assert figures["received"] > 100


@pytest.mark.parametrize("scene", [["hang", "--rounds", 1], ["dead"]])
def test_webhooks_that_are_not_well(scene):
    figures = figures_of(BENCH / "webhook_load", *scene, "--server", BUILD / "tonearm", "--calls", 10, "--rate", 20, "--seconds", 1)
    assert figures["calls"] == 10


@pytest.mark.parametrize("name", ["duplex_loop", "media_engine", "call_load", "call_flood", "webhook_load"])
def test_what_is_not_understood_is_said_and_help_is_there(name):
    program = BENCH / name
    assert subprocess.run([program, "--help"], capture_output=True, timeout=60).returncode == 0
    wrong = subprocess.run([program, "--calls", "many"], capture_output=True, text=True, timeout=60)
    assert wrong.returncode == 2
    assert "--help" in wrong.stderr
