"""docs/conformance.md cannot go stale: what the metadata has and what tests show must be in it, and nothing else."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import conformance  # noqa: E402
import test_names  # noqa: E402
from conformance import Conformance, page, refreshed, toml_of, type_rows  # noqa: E402

CSDL = """<edmx:Edmx xmlns="http://docs.oasis-open.org/odata/ns/edm" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:DataServices><Schema Namespace="microsoft.graph" Alias="graph">
<EntityType Name="entity" Abstract="true"><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityType Name="operation" BaseType="graph.entity"/>
<EntityType Name="call" BaseType="graph.entity"><Property Name="state" Type="Edm.String"/>{members}
<NavigationProperty Name="operations" Type="Collection(graph.operation)"/></EntityType>
<Action Name="mute" IsBound="true"><Parameter Name="bindingParameter" Type="graph.call"/>
<Parameter Name="clientContext" Type="Edm.String"/></Action>
<Action Name="log" IsBound="true"><Parameter Name="bindingParameter" Type="Collection(graph.call)"/>
<Parameter Name="quality" Type="Edm.String"/></Action>{actions}
</Schema></edmx:DataServices></edmx:Edmx>"""
REQUESTS = [
    f"{method} {collection}{below}"
    for collection in ("calls", "operations")
    for method, below in conformance.COLLECTION_REQUESTS
]
SAID = """
[action]
"call/mute" = {{ state = "refused", why = "400", tests = "Suite.refused" }}
"calls/log" = "Suite.logged"
[parameter]
"calls/log.quality" = ["Suite.logged", "Suite.checked"]
[request]
{requests}
[type.operation]
state = "done"
tests = "Suite.told"
[member]
"call.operations" = "Suite.listed"
{more}"""
SEEN = {"entity.id": "Suite.told", "call.state": "Suite.told"}
KNOWN = {"Suite.refused", "Suite.logged", "Suite.checked", "Suite.listed", "Suite.told", "Suite.asked"}


@pytest.fixture
def api(tmp_path):
    """A small metadata with everything said that must be."""
    write(tmp_path)
    return tmp_path


def write(folder, members="", actions="", more="", said=None, seen=None):
    for version in ("v1.0", "beta"):
        beta = version == "beta"
        text = CSDL.format(members=members if beta else "", actions=actions if beta else "")
        (folder / f"communications-{version}.csdl").write_text(text)
    requests = "\n".join(f'"{name}" = "Suite.asked"' for name in REQUESTS)
    (folder / "conformance.toml").write_text(said or SAID.format(requests=requests, more=more))
    (folder / "seen.toml").write_text(toml_of(SEEN if seen is None else seen))


def faults(folder):
    made = Conformance(folder)
    made.check_names(KNOWN)
    return list(made.faults)


def test_everything_that_is_there_has_its_row(api):
    made = Conformance(api)
    assert faults(api) == []
    # 2 actions, 2 parameters, 6 requests of each collection, members id, state and operations
    assert sum(1 for _ in made.rows()) == 2 + 2 + 12 + 3
    states = {row.name: row.state for row in made.rows()}
    assert (states["call/mute.clientContext"], states["calls/log.quality"]) == ("refused", "done")


NEW = {
    "a member": ({"members": '<Property Name="subject" Type="Edm.String"/>'}, "call.subject was in no body"),
    "an action": (
        {"actions": '<Action Name="sing" IsBound="true"><Parameter Name="b" Type="graph.call"/></Action>'},
        "action call/sing has no row",
    ),
    "a parameter of what is done": (
        {
            "actions": '<Action Name="log" IsBound="true"><Parameter Name="b" Type="Collection(graph.call)"/>'
            '<Parameter Name="loud" Type="Edm.Boolean"/></Action>'
        },
        "parameter calls/log.loud has no row",
    ),
    "a collection": (
        {"members": '<NavigationProperty Name="guests" Type="Collection(graph.operation)"/>'},
        "request PATCH guests/{id} has no row",
    ),
}


@pytest.mark.parametrize("name", NEW)
def test_what_is_new_in_the_metadata_is_missed(tmp_path, name):
    change, says = NEW[name]
    write(tmp_path, **change)
    assert says in "\n".join(faults(tmp_path))


WRONG = {
    "a member that there is not": ('"call.subject" = "Suite.told"', "member call.subject is in no metadata"),
    "a type that there is not": ('[type.song]\nstate = "done"', "type song is in no metadata"),
    "a row for what was seen": ('"call.state" = "Suite.told"', "needs no row of its own"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_row_that_is_not_needed_is_a_fault(tmp_path, name):
    more, says = WRONG[name]
    write(tmp_path, more=more)
    assert says in "\n".join(faults(tmp_path))


@pytest.mark.parametrize(
    "row, says",
    [
        ('{ state = "finished", tests = "Suite.told", why = "x" }', "which is no state"),
        ('{ state = "refused", tests = "Suite.told" }', "nothing says why"),
        ('{ state = "refused", why = "400" }', "no test shows it"),
        ('{ state = "done" }', "no test shows it"),
        ('"Suite.dreamt"', "there is no test Suite.dreamt"),
    ],
)
def test_a_row_says_how_and_who_shows_it(tmp_path, row, says):
    requests = "\n".join(f'"{name}" = "Suite.asked"' for name in REQUESTS)
    write(tmp_path, said=SAID.format(requests=requests, more="").replace('"Suite.logged"\n', row + "\n", 1))
    assert says in "\n".join(faults(tmp_path))


def test_a_member_that_nobody_sees_any_more_is_a_fault_and_so_is_one_that_is_new(api):
    made = Conformance(api)
    made.check_seen({"entity.id": {"Suite.told"}, "call.state": {"Suite.other"}, "call.subject": {"Suite.told"}})
    assert list(made.faults) == [
        "call.state was not seen by Suite.told, but by Suite.other",
        "call.subject was seen by Suite.told: refresh api/seen.toml (tests/support/conformance.py --refresh)",
    ]


def test_a_test_that_has_failed_or_not_run_shows_nothing(api):
    ended = dict.fromkeys(KNOWN - {"Suite.refused"}, "passed") | {"Suite.logged": "failed", "Suite.told": "skipped"}
    made = Conformance(api)
    made.check_outcomes(ended)
    assert [fault.split(" ", 1)[0] for fault in made.faults] == ["Suite.logged", "Suite.refused", "Suite.told"]


def test_refreshing_keeps_what_still_holds_and_takes_known_tests_only():
    seen = {"a.b": {"Zoo.one", "CallTest.two"}, "a.c": {"Zoo.one"}, "a.d": {"Zoo.unknown"}}
    known = {"Zoo.one", "CallTest.two"}
    assert refreshed({}, seen, known) == {"a.b": "CallTest.two", "a.c": "Zoo.one"}
    assert refreshed({"a.b": "Zoo.one", "a.x": "Zoo.one"}, seen, known) == {"a.b": "Zoo.one", "a.c": "Zoo.one"}


def test_members_that_are_alike_share_a_line(api):
    write(
        api,
        members='<Property Name="x" Type="Edm.String"/><Property Name="y" Type="Edm.String"/>',
        more='[type.call]\nstate = "not applicable"\nwhy = "no"',
    )
    lines = [cells[1] for cells in type_rows({"call": Conformance(api).surface.types["call"]})]
    assert lines == ["`state`", "`operations`", "`x`, `y`"]
    assert "| `call` | `x`, `y` |  | yes | not applicable | no |  |" in page(Conformance(api))


def test_the_check_fails_on_another_page(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(conformance, "PAGE", tmp_path / "conformance.md")
    assert conformance.main(["--check"]) == 1
    assert conformance.main([]) == 0
    assert conformance.main(["--check"]) == 0
    (tmp_path / "conformance.md").write_text("stale")
    assert conformance.main(["--check"]) == 1
    assert "is not what tests/support/conformance.py makes" in capsys.readouterr().out


def test_names_are_found_in_sources_and_reports_alike(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a_test.cpp").write_text("TEST_P(Suite,\n       long_name) {}\n  // TEST(No, no)\nTEST(Plain, one) {}\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_b.py").write_text("def test_two(stage):\n    pass\n\ndef helper():\n    pass\n")
    (tmp_path / "tests/c_test.mjs").write_text("  test('three', () => {});\n  test(`no ${x}`, () => {});\n")
    assert test_names.in_sources(tmp_path) == {"Suite.long_name", "Plain.one", "test_b.py::test_two", "c_test.mjs: three"}
    (tmp_path / "r.xml").write_text(
        '<testsuites><testsuite><testcase classname="all/Suite" name="long_name/0"/>'
        '<testcase classname="all/Suite" name="long_name/1"><failure/></testcase>'
        '<testcase classname="tests.test_b" name="test_two[x]"/>'
        '<testcase classname="tests.test_b" name="test_two[y]"><skipped/></testcase>'
        '<testcase classname="test" name="three" file="/somewhere/c_test.mjs"/></testsuite></testsuites>'
    )
    assert test_names.outcomes(tmp_path) == {
        "Suite.long_name": "failed",
        "test_b.py::test_two": "skipped",
        "c_test.mjs: three": "passed",
    }
    assert test_names.plain("all/Suite.long_name/1") == "Suite.long_name"
    assert test_names.plain("test_b.py::test_two[x]") == "test_b.py::test_two"
