"""Turn the documents of clients into operations that can run, once for each."""
