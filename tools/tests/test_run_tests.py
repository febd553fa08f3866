"""run-tests counts every runner's tests, and a runner that dies is never a success."""

import importlib.machinery
import importlib.util
import pathlib

import pytest

TOOL = pathlib.Path(__file__).resolve().parents[1] / "run-tests"


@pytest.fixture
def tool(tmp_path):
    loader = importlib.machinery.SourceFileLoader("run_tests", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", loader))
    loader.exec_module(module)
    module.REPORTS = tmp_path / "reports"
    return module


def writer(text, status=0):
    return ["/bin/sh", "-c", f"printf '%s' '{text}' > {{reports}}/r.xml; exit {status}"]


REPORT = (
    '<testsuites><testsuite><testcase name="a"/><testcase name="b">'
    '<failure message="short">f.cpp:7\n  Expected: 1\n\n    Actual: 2</failure></testcase>'
    '<testcase name="c"><skipped/></testcase><testcase name="d" status="notrun"/></testsuite></testsuites>'
)


def test_passed_failed_and_skipped_are_told_apart(tool):
    run = tool.TestRun()
    run.tests("one", writer(REPORT, 1), 10)
    assert run.outcomes[0].passed == 1
    assert run.outcomes[0].failed == 1
    assert run.outcomes[0].skipped == 2
    assert run.summary() == 1


def test_the_summary_names_what_failed_and_says_why(tool, capsys):
    run = tool.TestRun()
    run.tests("one", writer(REPORT, 1), 10)
    run.tests("dies", ["/bin/sh", "-c", "exit 139"], 10)
    run.summary()
    said = [line.strip() for line in capsys.readouterr().out.splitlines()]
    at = said.index("failed: b")
    assert said[at + 1 : at + 4] == ["f.cpp:7", "Expected: 1", "Actual: 2"]
    assert "failed: sh ended with 139" in said


def test_a_long_complaint_is_cut(tool, capsys):
    run = tool.TestRun()
    lines = "\n".join(f"line {n}" for n in range(100))
    run.tests("one", writer(f'<testsuite><testcase name="a"><failure>{lines}</failure></testcase></testsuite>', 1), 10)
    run.summary()
    assert capsys.readouterr().out.count("line ") == tool.WHY_LINES


def test_a_runner_that_dies_without_a_report_is_one_failure(tool):
    run = tool.TestRun()
    run.tests("dies", ["/bin/sh", "-c", "exit 139"], 10)
    assert run.outcomes[0].failed == 1


def test_a_torn_report_is_a_failure(tool):
    run = tool.TestRun()
    run.tests("torn", writer("<testsuites><testcase"), 10)
    assert run.outcomes[0].failed == 1


def test_a_runner_that_hangs_is_ended_and_a_failure(tool):
    run = tool.TestRun()
    run.tests("hangs", ["/bin/sh", "-c", "exec sleep 60"], 1)
    assert run.outcomes[0].failed == 1
    assert run.outcomes[0].seconds < 30


def test_the_last_line_sums_checks_and_tests(tool, capsys):
    run = tool.TestRun()
    run.check("good", ["/bin/true"])
    run.check("bad", ["/bin/true"], ["/bin/false"])
    run.tests("tests", writer('<testsuite><testcase name="a"/><testcase name="b"/></testsuite>'), 10)
    assert run.summary() == 1
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 1 failed"


def test_full_cancels_in_the_last_frame_a_thousand_times(tool):
    started = {}

    class Recorder:
        def check(self, *_, **__):
            return True

        def tests(self, name, command, timeout, **environment):
            started[name] = (command, environment)

    tool.full(Recorder())
    command, environment = started["cancel long"]
    assert environment["TONEARM_CANCEL_ROUNDS"] == "1000"
    source = (TOOL.parents[1] / "tests/integration/cancel_test.cpp").read_text()
    assert command[1].removeprefix("--gtest_filter=").strip("*") in source
    assert 'getenv("TONEARM_CANCEL_ROUNDS")' in source


@pytest.mark.parametrize("options", [[], ["--node"]])
def test_each_suite_leaves_its_bodies_where_the_gate_reads_them(tool, monkeypatch, options):
    steps = []

    class Recorder:
        def check(self, name, *commands, **_):
            steps.append((name, commands[0], {}))
            return True

        def tests(self, name, command, timeout, **environment):
            steps.append((name, command, environment))

        def summary(self):
            return 0

    monkeypatch.setattr(tool, "TestRun", Recorder)
    bodies = tool.REPORTS / "bodies"
    monkeypatch.setattr(tool, "BODIES", bodies)
    monkeypatch.setattr("sys.argv", ["run-tests", *options])
    (bodies / "of-another-run").mkdir(parents=True)
    assert tool.main() == 0
    assert not bodies.exists()  # nothing of another run is judged
    left = {name: environment["TONEARM_BODIES"] for name, _, environment in steps if "TONEARM_BODIES" in environment}
    suites = {"integration debug": "integration", "interop": "interop"} | ({"clients": "clients"} if options else {})
    assert left == {name: str(bodies / suite) for name, suite in suites.items()}
    names = [name for name, _, _ in steps]
    for judge in ("schema gate of the suite", "conformance of the run"):
        assert all(names.index(name) < names.index(judge) for name in suites)
        assert steps[names.index(judge)][1][-1] == bodies
