"""Let clients read what they may: the access rules of the supergraph, enforced before fetching."""
