"""Keep the router and its subgraphs from having too much to do."""
