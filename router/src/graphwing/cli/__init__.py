"""The graphwing command."""
