"""What clients may do over HTTP, decided once: what is not configured is not asked for."""

from __future__ import annotations

from functools import partial

from graphwing.server.http.batch import Requests, requests_in
from graphwing.server.http.compression import Compression
from graphwing.server.http.cors import Cors
from graphwing.server.http.csrf import CsrfPrevention
from graphwing.server.http.request import request_in
from graphwing.server.settings.http import HttpSettings


class HttpRules:
    """The parts of `settings` that are in force; those that are not are None."""

    def __init__(self, settings: HttpSettings) -> None:
        """Raise `SettingsError` for what cannot hold."""
        policies, batching = settings.cors.policies, settings.batching
        compression, csrf = settings.compression, settings.csrf
        self.cors = Cors(policies) if policies else None
        self.csrf = CsrfPrevention(csrf.headers) if csrf.enabled else None
        self.compression = (
            Compression(minimum=compression.minimum, level=compression.level)
            if compression.enabled
            else None
        )
        self.requests_in: Requests = (
            partial(requests_in, limit=batching.limit) if batching.enabled else request_in
        )
