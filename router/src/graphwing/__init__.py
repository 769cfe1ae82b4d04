"""graphwing: a GraphQL federation router for Python."""
