"""The benchmark works: its servers, its load and its tables; what it measures is not tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gateway.bars import verdicts
from gateway.load import Comparison, WrongResponseError
from gateway.measure import Effort, Figures, Scenario
from gateway.path_peers import path_peers
from gateway.processes import running
from gateway.run import run, write
from gateway.workloads import Kind

PEERS = Path(__file__).parents[1] / "bench" / "gateway" / "peers"


def test_a_run_without_peers_measures_and_writes_tables_and_a_plot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# A\n<!-- benchmark -->\nold\n<!-- end of benchmark -->\nZ\n")
    scenarios = (Scenario("large", Kind.UNIQUE, 1), Scenario("small", Kind.COLD, 2))
    effort = Effort(rounds=1, turn_seconds=0.0, warming_seconds=0.0)

    results = run(effort, peers=False, scenarios=scenarios, wide=["wide, joined"], wide_size=20)
    write(results, tmp_path / "results", readme)

    routers = ["graphwing", "graphwing, sharing off"]
    assert [list(found) for found in results.scenarios.values()] == [
        [*routers, "by hand", "JSON floor"],
        routers,
    ]
    assert list(results.wide) == ["wide, joined"]
    assert "compared with what the interpreter of plans answers" in capsys.readouterr().out
    assert (tmp_path / "results" / "gateway.svg").read_text().startswith("<svg ")
    tables = (tmp_path / "results" / "gateway.md").read_text()
    assert "**Large, unique requests, 1 connection**" in tables
    assert "**Small, fresh operations, 2 connections**" in tables
    said = readme.read_text()
    assert said.startswith("# A\n<!-- benchmark -->\n![CPU time")
    assert said.endswith("<!-- end of benchmark -->\nZ\n")
    assert "old" not in said.split("\n")
    assert "fresh operations" not in said


def test_graphwing_has_to_answer_the_same_bytes() -> None:
    comparison = Comparison(is_exact=True)

    comparison.check(b'{"a":1}', b'{"a":1}')

    with pytest.raises(WrongResponseError):
        comparison.check(b'{"a": 1}', b'{"a":1}')


def test_peers_have_to_answer_the_same_json_and_it_is_told_how_it_differs() -> None:
    spaced, ordered = Comparison(is_exact=False), Comparison(is_exact=False)

    spaced.check(b'{"a":1,"b":2}\n', b'{"a":1,"b":2}')
    ordered.check(b'{"b":2,"a":1}', b'{"a":1,"b":2}')

    assert (spaced.differences, ordered.differences) == ({"white space"}, {"order of keys"})
    with pytest.raises(WrongResponseError):
        spaced.check(b'{"a":1,"b":3}', b'{"a":1,"b":2}')
    with pytest.raises(WrongResponseError):
        spaced.check(b"no JSON", b"{}")


def test_a_bar_is_about_rounds_that_follow_one_another() -> None:
    found = {
        "graphwing": Figures(cpu=[1.0, 2.0, 9.0]),
        "by hand": Figures(cpu=[1.0, 1.0, 6.0]),
        "graphwing, sharing off": Figures(cpu=[1.0, 1.0, 1.0]),
        "Apollo Gateway": Figures(cpu=[19.0, 19.0, 19.0]),
    }

    said = [str(one) for one in verdicts(Scenario("large", Kind.UNIQUE, 1), found)]

    where = "[large, unique requests, 1 connection]"
    assert said == [
        f"CPU, graphwing / by hand: 1.50 (at most 1.3: does not hold) {where}",
        "CPU, Apollo Gateway / graphwing, sharing off: 19.00 (at least 20: does not hold) " + where,
    ]
    assert list(verdicts(Scenario("large", Kind.IDENTICAL, 1), found)) == []


def test_what_a_server_has_started_ends_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = ("sh", "-c", "sleep 600 & echo $!; wait")

    with running("a script", command, 1, log):
        while not (said := log.read_text()).endswith("\n"):
            pass

    stat = Path(f"/proc/{said.strip()}/stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


def test_peers_on_the_path_join_with_sharing_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("hive_router", "apollo-router", "router", "wgc"):
        (programs / name).write_text("#!/bin/sh\necho program 1.2.3\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")

    peers = path_peers(tmp_path / "graph", {"users": 1}, [11, 12, 13], tmp_path)

    assert [(peer.name, peer.version, peer.port) for peer in peers] == [
        ("Hive Router", "1.2.3", 11),
        ("Apollo Router", "1.2.3", 12),
        ("Cosmo Router", "1.2.3", 13),
    ]
    hive = json.loads((tmp_path / "hive-router.config.yaml").read_text())
    assert hive["traffic_shaping"] == {"all": {"dedupe_enabled": False}}
    apollo = json.loads((tmp_path / "apollo-router.yaml").read_text())
    assert apollo["traffic_shaping"] == {"all": {"deduplicate_query": False}}
    assert peers[2].environment["ENGINE_ENABLE_SINGLE_FLIGHT"] == "false"


def test_the_peers_of_npm_are_locked_with_hashes_and_without_addresses() -> None:
    lock = json.loads((PEERS / "package-lock.json").read_text())
    manifest = json.loads((PEERS / "package.json").read_text())

    packages = {path: package for path, package in lock["packages"].items() if path}

    assert lock["packages"][""]["dependencies"] == manifest["dependencies"]
    assert not any(version[0] in "^~*><" for version in manifest["dependencies"].values())
    assert [path for path, package in packages.items() if "resolved" in package] == []
    assert [path for path, package in packages.items() if "integrity" not in package] == []
