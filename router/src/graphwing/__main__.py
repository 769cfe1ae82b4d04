"""`python -m graphwing` is the command `graphwing`."""

from graphwing.cli import main

main()
