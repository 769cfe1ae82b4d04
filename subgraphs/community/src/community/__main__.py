"""`python -m community`: the commands of this service."""

from community.schema import schema
from kit.cli import run

if __name__ == "__main__":
    run("community", schema=schema)
