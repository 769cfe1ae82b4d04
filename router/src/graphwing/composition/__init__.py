"""Turn subgraph SDL into a supergraph, or say why that cannot be. Pure: no I/O."""
