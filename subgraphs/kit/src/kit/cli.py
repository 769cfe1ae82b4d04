"""The commands that every service has."""

import argparse
import sys

from kit.schema import Schema


def run(name: str, *, schema: Schema) -> None:
    """Run the command that the process arguments name."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("schema", help="print the schema of this service")
    parser.parse_args()
    sys.stdout.write(f"{schema.as_str()}\n")
