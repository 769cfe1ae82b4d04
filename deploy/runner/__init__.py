"""Run the whole platform on this machine: databases, services, router and web app."""
