"""Speak GraphQL over HTTP: read requests, choose media types, write responses."""
