"""`schema/`: what the live schemas say, written down so that a change shows in a diff."""

from __future__ import annotations

from importlib import import_module

from graphwing.composition import SubgraphSdl, compose
from runner.services import ROOT, SERVICES, Ports

SCHEMA = ROOT / "schema"


def write_schema_files() -> None:
    """Write every generated file of `schema/` and tell which have changed."""
    for name, text in schema_files().items():
        path = SCHEMA / name
        before = path.read_text() if path.is_file() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"  {'unchanged' if before == text else 'written  '} schema/{name}", flush=True)


def schema_files() -> dict[str, str]:
    """Return the text of every generated file of `schema/`, by its path in there."""
    ports = Ports(4000)
    subgraphs = [SubgraphSdl(name, ports.url_of(name), _sdl_of(name)) for name in SERVICES]
    supergraph = compose(subgraphs)
    return {
        **{f"subgraphs/{each.name}.graphql": each.sdl for each in subgraphs},
        "supergraph.graphql": supergraph.sdl.rstrip() + "\n",
        "api.graphql": supergraph.api_sdl.rstrip() + "\n",
    }


def _sdl_of(service: str) -> str:
    """Return the SDL of a service's live schema."""
    return import_module(f"{service}.schema").schema.as_str().rstrip() + "\n"


if __name__ == "__main__":
    write_schema_files()
