"""A visit to the platform with a real browser."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request

from running_platform import Platform


@dataclass
class Visit:
    """One page and all that must not happen on it: console errors and requests to other hosts."""

    page: Page
    platform: Platform
    faults: list[str] = field(default_factory=list[str])

    def watch(self) -> None:
        """Note every fault from now on."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.platform.origin, "data:", "blob:")):
            self.faults.append(f"request to {request.url}")
