"""See what the router does: metrics, and a log of requests; nothing is paid for what is off."""
