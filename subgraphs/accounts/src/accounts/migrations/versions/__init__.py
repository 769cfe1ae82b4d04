"""One module per step of the accounts database's history, in the order of their numbers."""
