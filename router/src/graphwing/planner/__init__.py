"""Turn one operation into a plan of subgraph fetches. Pure: no I/O, no clock, no globals."""
