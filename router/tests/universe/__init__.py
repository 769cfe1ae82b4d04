"""A synthetic universe: random federated graphs, the data behind them, and the answers they owe.

Every value is a hash of where it stands, so a monolith and any number of subgraphs can answer the
same operation without sharing data. What the router makes of the subgraphs must be what the
monolith says. Everything is derived from the subgraphs' SDL and a seed: a case is a text.
"""
