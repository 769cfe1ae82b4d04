"""What a request to a subgraph says over HTTP, real or in process."""

from __future__ import annotations

from dataclasses import replace

from graphwing.exact_json import decode_json, encode_json
from graphwing.execution.transport import SubgraphRequest

REQUEST_HEADERS = {
    "content-type": "application/json",
    "accept": "application/graphql-response+json, application/json;q=0.9",
}


def request_body(request: SubgraphRequest) -> bytes:
    """Return the JSON body of `request`."""
    if request.variables:
        return encode_json({"query": request.operation, "variables": request.variables})
    return encode_json({"query": request.operation})


def plain_request(request: SubgraphRequest) -> SubgraphRequest:
    """Return `request` with variables of plain Python, for a receiver in this process.

    It may change them: the router does not see it.
    """
    return replace(request, variables=decode_json(encode_json(request.variables)))
