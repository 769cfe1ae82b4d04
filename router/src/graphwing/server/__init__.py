"""The ASGI face of the router: requests in, responses out."""
