"""`python -m community`: the commands of this service."""

from community.app import SERVICE, create_app
from kit.cli import Commands

if __name__ == "__main__":
    Commands(SERVICE, create_app).run()
