"""Find the document of a request that names it and does not send it."""
