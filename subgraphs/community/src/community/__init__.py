"""The voices of Win:G: comments."""
