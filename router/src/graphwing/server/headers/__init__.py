"""Which headers pass the router: from clients to subgraphs, and back."""
