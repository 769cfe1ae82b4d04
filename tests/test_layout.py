"""House rules that no linter knows: what belongs where, and how large it may be."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from graphwing import errors

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 500
SERVICES = ("accounts", "community", "music")
SERVICE_MODULES = {
    "__init__",
    "__main__",
    "app",
    "demo",
    "loaders",
    "queries",
    "schema",
    "settings",
}
ROUTER_DEPENDENCIES = {
    "aiohttp",
    "click",
    "graphql-core",
    "httptools",
    "msgspec",
    "pyyaml",
    "uvicorn",
    "websockets",
}
PLATFORM_NAMES = re.compile(
    r"\b(win:?g|wing|accounts\.app|music\.app|community\.app)\b", re.IGNORECASE
)


def _tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_module_is_longer_than_500_lines() -> None:
    modules = [
        path
        for path in _tracked("*.py", "*.ts", "*.tsx")
        if not {"tests", "migrations", "__generated__"} & set(path.parts)
    ]

    too_long = [
        str(path.relative_to(ROOT))
        for path in modules
        if len(path.read_text().splitlines()) > LONGEST_MODULE
    ]

    assert modules
    assert too_long == []


def test_the_router_depends_on_exactly_its_few_libraries() -> None:
    project = tomllib.loads((ROOT / "router" / "pyproject.toml").read_text())["project"]

    names = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}

    assert names == ROUTER_DEPENDENCIES


def test_the_router_names_nothing_of_the_platform() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in _tracked("router/src")
        if PLATFORM_NAMES.search(path.read_text())
    ]

    assert named == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_modules(service: str) -> None:
    package = ROOT / "subgraphs" / service / "src" / service

    modules = {path.stem for path in package.iterdir() if not path.name.startswith("__py")}

    assert modules >= SERVICE_MODULES


def test_every_error_that_a_client_can_see_has_a_code_of_its_own() -> None:
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.FederationError)
    ]

    codes = [vars(each)["code"] for each in classes if "code" in vars(each)]

    assert codes
    assert len(codes) == len(set(codes))


def test_no_test_sleeps() -> None:
    tests = [path for path in _tracked("*.py") if "tests" in path.parts]

    sleeping = [
        str(path.relative_to(ROOT))
        for path in tests
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"
    ]

    assert sleeping == []


def test_every_dependency_is_locked_with_hashes_and_without_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    members = [ROOT / "pyproject.toml", *_tracked("router/pyproject.toml", "subgraphs/*.toml")]

    wanted: set[str] = set()
    for member in members:
        content = tomllib.loads(member.read_text())
        lines = list(content["project"]["dependencies"])
        lines += content.get("dependency-groups", {}).get("dev", [])
        wanted |= {canonicalize_name(Requirement(line).name) for line in lines}
    own = {name for name in wanted if name == "graphwing" or name.startswith("wing-")}

    assert wanted - own - pins == set()
    assert len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE)) <= lock.count("--hash=sha256:")
    assert "://" not in lock
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()
