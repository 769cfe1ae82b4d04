"""The option that chooses a profile of settings."""

from __future__ import annotations

from typing import get_args

import click

from graphwing.server.settings.profiles import Profile

profile_option = click.option(
    "--profile",
    type=click.Choice(get_args(Profile)),
    help="Whose defaults to take, whatever profile the settings name.",
)
