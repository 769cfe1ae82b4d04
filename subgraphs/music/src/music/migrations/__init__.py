"""The history of the music database."""
