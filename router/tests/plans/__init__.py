"""Write plans by hand, in a few words, and run them against functions that play subgraphs."""
