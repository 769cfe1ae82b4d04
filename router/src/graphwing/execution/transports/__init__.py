"""The ways to reach a subgraph, all behind `Transport`."""
