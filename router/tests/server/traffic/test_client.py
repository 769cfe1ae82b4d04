"""Which address a client has, whatever it says itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.server.traffic.client import client_address

PEER = ("192.0.2.1", 4711)


@pytest.mark.parametrize(
    ("forwarded_for", "proxies", "address"),
    [
        (None, 0, "192.0.2.1"),
        ("203.0.113.7", 0, "192.0.2.1"),
        (None, 1, "192.0.2.1"),
        ("", 1, "192.0.2.1"),
        ("203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7, 198.51.100.2", 2, "203.0.113.7"),
        # It passed one of the two only: all that stands there is from one that is trusted.
        ("203.0.113.7", 2, "203.0.113.7"),
        ("203.0.113.7:5000", 1, "203.0.113.7"),
        ("unknown", 1, "192.0.2.1"),
        ("_hidden, ", 1, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:5000", 1, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", 1, "203.0.113.7"),
        ("fe80::1%eth0", 1, "fe80::/64"),
    ],
)
def test_the_address_is_what_the_farthest_trusted_proxy_saw(
    forwarded_for: str | None, proxies: int, address: str
) -> None:
    assert client_address(PEER, forwarded_for, trusted_proxies=proxies) == address


def test_behind_a_socket_without_addresses_all_are_one_client() -> None:
    assert client_address(None, None, trusted_proxies=0) == ""
    assert client_address(("", 0), "nonsense", trusted_proxies=1) == ""


@settings(deadline=None)
@given(forged=st.text(max_size=60), proxies=st.integers(1, 3))
def test_what_a_client_writes_itself_changes_nothing(forged: str, proxies: int) -> None:
    told = ", ".join([f"203.0.113.{number}" for number in range(proxies)])

    address = client_address(PEER, f"{forged}, {told}", trusted_proxies=proxies)

    assert address == "203.0.113.0"
