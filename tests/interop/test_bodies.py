"""The log that the gate over all suites reads has each kind of body once per test, under its version."""

import json

from bodies import BODIES, BodyLog


def lines(folder, version):
    return [json.loads(line) for file in folder.glob(f"{version}-*.ndjson") for line in file.read_text().splitlines()]


def answer(log, body, path="/v1.0/communications/calls/1"):
    log.response("GET", path, 200, "application/json", json.dumps(body).encode())


def test_a_body_stands_under_its_version_with_the_tests_name(tmp_path):
    log = BodyLog(tmp_path)
    answer(log, {"a": 1})
    answer(log, {"a": 2})  # differs in a number only
    answer(log, {"a": "1"})
    answer(log, {"a": 1}, "//Beta/app/calls")
    log.notification(b'{"value":[]}')
    me = "test_bodies.py::test_a_body_stands_under_its_version_with_the_tests_name"
    assert [(line["test"], line["body"]) for line in lines(tmp_path, "v1.0")] == [(me, {"a": 1}), (me, {"a": "1"})]
    assert [line["body"] for line in lines(tmp_path, "beta")] == [{"a": 1}]
    assert [line["kind"] for line in lines(tmp_path, "any")] == ["notification"]


def test_of_what_is_not_graphs_it_keeps_the_errors(tmp_path):
    log = BodyLog(tmp_path)
    answer(log, {"access_token": "x"}, "/tenant/oauth2/v2.0/token")
    answer(log, {"error": "invalid_client"}, "/tenant/oauth2/v2.0/token")
    answer(log, {"error": {"code": "8522"}}, "/tonearm/recordings/1")
    log.response("GET", "/v1.0/communications/calls/$count", 200, "text/plain", b"1")
    assert [line["body"] for line in lines(tmp_path, "any")] == [{"error": {"code": "8522"}}]
    assert lines(tmp_path, "v1.0") == []


def test_what_is_no_json_stands_as_it_came_and_a_full_log_says_so_once(tmp_path):
    log = BodyLog(tmp_path, lines_max=1)
    log.notification(b"{")
    for body in ({"b": 1}, {"c": 1}):
        log.notification(json.dumps(body).encode())
    assert [line.get("broken") or line["kind"] for line in lines(tmp_path, "any")] == ["{", "overflow"]


def test_without_a_folder_it_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    BodyLog(None).notification(b"{}")
    assert list(tmp_path.iterdir()) == []


def test_the_bot_and_the_client_of_these_tests_use_it(stage, tmp_path, monkeypatch):
    log = BodyLog(tmp_path)
    monkeypatch.setattr(BODIES, "_add", log._add)
    stage.api.request("GET", "/00000000-0000-4000-8000-0000000000ff")
    assert [line["body"]["error"]["code"] for line in lines(tmp_path, "v1.0")] == ["8522"]
    assert stage.bot.take({"Authorization": None}, b"{}")[0] == 401
    assert [line["kind"] for line in lines(tmp_path, "any")] == ["notification"]
    stage.bot.forget()
