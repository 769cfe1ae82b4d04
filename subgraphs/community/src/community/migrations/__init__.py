"""The history of the community database."""
