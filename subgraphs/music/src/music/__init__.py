"""The music of Win:G: artists, albums and tracks."""
