"""`python -m accounts`: the commands of this service."""

from pathlib import Path

from accounts.app import SERVICE, create_app
from accounts.keys import create_keys
from kit.cli import Commands

if __name__ == "__main__":
    commands = Commands(SERVICE, create_app)
    keys = commands.add(
        "keys",
        "create the key that signs tokens, and keep one that is there",
        lambda options: create_keys(options.folder),
    )
    keys.add_argument("folder", type=Path)
    commands.run()
