"""The group of all commands."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import Any

import click

from graphwing.cli.failures import failures_in_one_line

# Each command's module is imported when it is used, so that none waits for what others need.
_COMMANDS = {
    "check": "Say what a change of the graph breaks.",
    "compose": "Make a supergraph of subgraph schemas.",
    "config": "Check, describe or show the settings of a router.",
    "plan": "Show how an operation would be answered.",
    "serve": "Serve a supergraph.",
    "subgraph": "Work on the schema of one subgraph.",
}


class _Commands(click.Group):
    """The commands by name, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of a name."""
        if cmd_name not in _COMMANDS:
            return None
        return import_module(f"graphwing.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the command; what goes wrong on purpose becomes one line and exit code 1."""
        with failures_in_one_line():
            return super().invoke(ctx)


@click.group(cls=_Commands)
@click.version_option(version("graphwing"), message="graphwing %(version)s")
def main() -> None:
    """Compose subgraphs into a graph, plan its operations, serve it."""
