"""The command `graphwing` and its subcommands.

Exit codes: 0 fine, 1 failed, 2 wrong use.
"""

from graphwing.cli.main import main

__all__ = ["main"]
