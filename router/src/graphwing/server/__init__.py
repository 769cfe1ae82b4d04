"""Serve clients: the router, its ASGI application, its settings, and who is asking."""
