"""The parsed supergraph: what every layer above knows of the subgraphs. Pure: no I/O."""
