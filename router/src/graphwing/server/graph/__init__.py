"""Know the graph: where it comes from, how to reach its subgraphs, and how it changes."""
