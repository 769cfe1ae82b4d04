"""`python -m music`: the commands of this service."""

from kit.cli import run
from music.schema import schema

if __name__ == "__main__":
    run("music", schema=schema)
