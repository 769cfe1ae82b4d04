"""One module per step of the music database's history, in the order of their numbers."""
