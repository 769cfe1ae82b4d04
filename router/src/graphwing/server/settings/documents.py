"""Which documents are answered, and how clients may name them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from graphwing.server.settings.reader import Duration


class AutomaticSettings(msgspec.Struct, frozen=True):
    """Automatic persisted queries: clients send a document once, and its hash from then on."""

    enabled: bool = True
    """They never are while only trusted documents are answered."""
    size: Annotated[int, msgspec.Meta(ge=1)] = 512
    """How many documents are kept."""


class TrustedSettings(msgspec.Struct, frozen=True):
    """Documents from the manifests of clients, which they ask for by id."""

    mode: Literal["off", "log", "enforce"] = "off"
    """Whether other documents are answered, told in the log, or refused."""
    manifests: list[Path] = []
    """The manifests of persisted operations that builds of clients write."""
    require_id: bool = False
    """Whether trusted documents, too, are only answered by id."""
    reload_every: Duration = Duration(1)
    """How often to look whether a manifest has changed."""


class DocumentSettings(msgspec.Struct, frozen=True):
    """Which documents are answered, and how clients may name them."""

    automatic: AutomaticSettings = AutomaticSettings()
    """Documents that clients register by themselves."""
    trusted: TrustedSettings = TrustedSettings()
    """Documents that builds of clients have written into manifests."""
