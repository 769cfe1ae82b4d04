"""Serve what has more than one response: subscriptions over WebSockets and HTTP streams."""
