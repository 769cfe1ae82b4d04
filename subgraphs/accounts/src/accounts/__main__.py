"""`python -m accounts`: the commands of this service."""

from accounts.schema import schema
from kit.cli import run

if __name__ == "__main__":
    run("accounts", schema=schema)
