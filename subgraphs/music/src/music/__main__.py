"""`python -m music`: the commands of this service."""

from kit.cli import Commands
from music.app import SERVICE, create_app

if __name__ == "__main__":
    Commands(SERVICE, create_app).run()
