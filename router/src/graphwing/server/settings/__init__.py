"""Read the settings of a router that runs as a server."""
