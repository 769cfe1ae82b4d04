"""`schema/` is what the live Strawberry schemas say; `poe schema` writes it anew."""

from __future__ import annotations

from pathlib import Path

import yaml

from runner.schema_files import SCHEMA, schema_files
from runner.services import SERVICES, Ports


def test_the_committed_files_are_what_the_live_schemas_generate() -> None:
    generated = schema_files()

    committed = {
        str(path.relative_to(SCHEMA)): path.read_text() for path in SCHEMA.rglob("*.graphql")
    }

    drifted = sorted(
        name for name in generated | committed if generated.get(name) != committed.get(name)
    )
    assert drifted == [], "run `poe schema` and commit what it writes"


def test_the_list_of_subgraphs_names_every_service_and_where_it_listens() -> None:
    listed = yaml.safe_load((SCHEMA / "supergraph.yaml").read_text())["subgraphs"]

    ports = Ports(4000)
    assert {name: entry["routing_url"] for name, entry in listed.items()} == {
        name: ports.url_of(name) for name in SERVICES
    }
    assert {Path(entry["schema"]["file"]).stem for entry in listed.values()} == set(SERVICES)
