"""The peers that somebody has installed: those found on PATH join."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.npm_peers import Peer
from gateway.stubs import SCHEMAS


def path_peers(
    supergraph: Path, subgraphs: Mapping[str, int], ports: list[int], folder: Path
) -> list[Peer]:
    """Return the peers on PATH, of three that are known, with their settings in `folder`."""
    found = (
        _hive_router(supergraph, ports[0], folder),
        _apollo_router(supergraph, ports[1], folder),
        _cosmo_router(subgraphs, ports[2], folder),
    )
    return [peer for peer in found if peer is not None]


def _hive_router(supergraph: Path, port: int, folder: Path) -> Peer | None:
    program = shutil.which("hive_router")
    if program is None:
        return None
    settings = {
        "supergraph": {"source": "file", "path": str(supergraph)},
        "http": {"host": "127.0.0.1", "port": port},
        "log": {"level": "error"},
        "traffic_shaping": {"all": {"dedupe_enabled": False}},
    }
    path = _written(folder / "hive-router.config.yaml", settings)
    return Peer("Hive Router", _version(program), port, (program,), {"HIVE_CONFIG_FILE_PATH": path})


def _apollo_router(supergraph: Path, port: int, folder: Path) -> Peer | None:
    program = shutil.which("apollo-router")
    if program is None:
        return None
    settings = {
        "supergraph": {"listen": f"127.0.0.1:{port}", "path": "/graphql"},
        "health_check": {"enabled": False},
        "sandbox": {"enabled": False},
        "homepage": {"enabled": False},
        "traffic_shaping": {"all": {"deduplicate_query": False}},
    }
    path = _written(folder / "apollo-router.yaml", settings)
    command = (program, "--supergraph", str(supergraph), "--config", path, "--log", "error")
    environment = {"APOLLO_TELEMETRY_DISABLED": "1"}
    return Peer("Apollo Router", _version(program), port, command, environment)


def _cosmo_router(subgraphs: Mapping[str, int], port: int, folder: Path) -> Peer | None:
    program = shutil.which("router")
    if program is None:
        return None
    composer = shutil.which("wgc")
    if composer is None:
        print("without Cosmo Router: its `wgc`, which composes for it, is not on PATH")
        return None
    graph = {
        "version": 1,
        "subgraphs": [
            {
                "name": name,
                "routing_url": f"http://127.0.0.1:{each}/graphql",
                "schema": {"file": str(SCHEMAS / f"{name}.graphql")},
            }
            for name, each in subgraphs.items()
        ],
    }
    composed = folder / "cosmo.json"
    graph_path = _written(folder / "cosmo-graph.yaml", graph)
    compose = [composer, "router", "compose", "-i", graph_path, "-o", str(composed)]
    if subprocess.run(compose, capture_output=True, check=False).returncode:
        print("without Cosmo Router: `wgc router compose` has failed")
        return None
    environment = {
        "EXECUTION_CONFIG_FILE_PATH": str(composed),
        "LISTEN_ADDR": f"127.0.0.1:{port}",
        "LOG_LEVEL": "error",
        "ACCESS_LOGS_ENABLED": "false",
        "TRACING_ENABLED": "false",
        "METRICS_OTLP_ENABLED": "false",
        "PROMETHEUS_ENABLED": "false",
        "GRAPHQL_METRICS_ENABLED": "false",
        "PLAYGROUND_ENABLED": "false",
        "ENGINE_ENABLE_SINGLE_FLIGHT": "false",
    }
    return Peer("Cosmo Router", _version(program), port, (program,), environment)


def _written(path: Path, settings: Mapping[str, Any]) -> str:
    """Write settings and return where they are; JSON is YAML too."""
    path.write_text(json.dumps(settings), encoding="utf-8")
    return str(path)


def _version(program: str) -> str:
    """Return the last word of what a program says of its version."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    words = said.stdout.split()
    return words[-1] if words else "?"
