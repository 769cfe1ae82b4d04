"""What every request to a subgraph says over HTTP, real or in process."""

from __future__ import annotations

REQUEST_HEADERS = {
    "content-type": "application/json",
    "accept": "application/graphql-response+json, application/json;q=0.9",
}
