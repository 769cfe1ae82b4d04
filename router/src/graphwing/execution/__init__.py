"""Run a plan against the subgraphs and complete the response."""
