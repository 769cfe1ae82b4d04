"""Decide whether a subgraph may be asked now. Pure: the time is an argument, nothing waits."""
