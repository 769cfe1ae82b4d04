"""Know who is asking, and what subgraphs are told of it."""
