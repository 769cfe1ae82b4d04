"""Tell a person where everything listens."""

from __future__ import annotations

from runner.services import HOST, SERVICES, Ports


def print_addresses(ports: Ports, *, services_have_ports: bool) -> None:
    """Print every address that can be opened now."""
    origin = f"http://{HOST}:{ports.router}"
    lines = [
        ("Win:G", f"{origin}/"),
        ("GraphiQL", f"{origin}/graphiql"),
        ("GraphQL", f"{origin}/graphql"),
    ]
    if services_have_ports:
        lines += [(name, ports.url_of(name)) for name in SERVICES]
    print("\nReady. Ctrl-C stops everything.\n", flush=True)
    for name, address in lines:
        print(f"  {name:<10} {address}", flush=True)
    print("\n  sign in as haru@wing.test, password wing-demo-2026\n", flush=True)
