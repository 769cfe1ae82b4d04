"""One module per step of the community database's history, in the order of their numbers."""
