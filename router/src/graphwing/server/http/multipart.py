"""Frame the parts of a `multipart/mixed` response.

https://www.rfc-editor.org/rfc/rfc2046#section-5.1
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Multipart:
    """The pieces of a response whose parts are JSON, in the order in which they are sent.

    A part ends with the delimiter that follows it: clients read a part only when they see that, and
    it would otherwise come with the next part.
    """

    boundary: str

    @property
    def opening(self) -> bytes:
        """Return what comes before the first part."""
        return f"--{self.boundary}".encode()

    def part(self, body: bytes) -> bytes:
        """Return one part."""
        head = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
        return b"%b%b\r\n--%b" % (head, body, self.boundary.encode())

    @property
    def closing(self) -> bytes:
        """Return what comes after the last part."""
        return b"--\r\n"
