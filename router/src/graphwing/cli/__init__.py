"""The command `graphwing`: compose, serve, plan. Exit codes: 0 fine, 1 failed, 2 wrong use."""

from graphwing.cli.main import main

__all__ = ["main"]
