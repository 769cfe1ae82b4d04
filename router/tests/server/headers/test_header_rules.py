"""Headers pass as the rules say: to all subgraphs and to single ones, and back to the client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans.graphs import BOOKS, REVIEWS

from graphwing import Router, SettingsError, Subgraph, load_settings
from graphwing.errors import HeaderInvalidError
from graphwing.exact_json import encode_json
from graphwing.server.configured import router_from_settings
from graphwing.server.headers.answers import MergedHeaders
from graphwing.server.headers.configured import headers_from_settings
from graphwing.server.headers.header_rules import HeaderRules, RuleSet
from graphwing.server.headers.names import TO_SUBGRAPHS, is_value
from graphwing.server.headers.rules import (
    Insert,
    Merge,
    Names,
    Propagate,
    Remove,
    Rule,
    apply_rules,
)
from graphwing.server.settings.headers import (
    AnswerRuleSettings,
    HeaderRuleSettings,
    HeaderSettings,
    RuleSettings,
)
from graphwing.server.settings.sharing import SharingSettings

BOTH = "{ books { id reviews } }"
FAILING = "{ books { id reviews(first: 9) } }"


class App:
    """A subgraph as an ASGI application that says what headers it got, and answers with some."""

    def __init__(self, data: dict[str, Any], *headers: tuple[str, str]) -> None:
        self.data = data
        self.answers = [*headers]
        self.heard: list[dict[str, str]] = []
        self.status = 200

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] != "http":
            return
        self.heard.append(
            {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        )
        body = (await receive())["body"]
        headers = [(name.encode(), value.encode("latin-1")) for name, value in self.answers]
        headers.append((b"content-type", b"application/json"))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        errors = {"errors": [{"message": "no"}]} if b"first: 9" in body else {}
        await send(
            {"type": "http.response.body", "body": encode_json({"data": self.data, **errors})}
        )

    def told(self) -> dict[str, str]:
        """Return the headers of the last request that the router does not write itself."""
        own = {"host", "content-length", "content-type", "accept"}
        return {name: value for name, value in self.heard[-1].items() if name not in own}


class Apps:
    def __init__(self) -> None:
        book = {"__typename": "Book", "id": "1"}
        self.books = App({"books": [book]})
        self.reviews = App({"_entities": [{"reviews": ["fine"]}]})

    def router(self, rules: HeaderRules, **options: Any) -> Router:  # noqa: ANN401
        subgraphs = {
            "books": Subgraph(sdl=BOOKS, app=self.books),
            "reviews": Subgraph(sdl=REVIEWS, app=self.reviews),
        }
        return Router(subgraphs, headers=rules, **options)


@pytest.fixture
def apps() -> Apps:
    return Apps()


async def ask(
    router: Router, *headers: tuple[str, str], query: str = BOTH, times: int = 1
) -> list[httpx.Response]:
    async with router:
        transport = httpx.ASGITransport(app=router.asgi())
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            return await asyncio.gather(
                *(
                    client.post("/graphql", json={"query": query}, headers=[*headers])
                    for _ in range(times)
                )
            )


def beside(response: httpx.Response) -> list[tuple[str, str]]:
    """Return the headers of a response that every response does not have."""
    usual = {"content-type", "content-length"}
    return [one for one in response.headers.multi_items() if one[0] not in usual]


def pattern(text: str) -> Names:
    return Names(pattern=re.compile(text, re.IGNORECASE))


CLIENT = {
    "x-tenant": "a",
    "x-acme-one": "1",
    "x-acme-two": "2",
    "x_acme_three": "3",
    "authorization": "Bearer x",
    "cookie": "session=1",
    "graphwing-claims": "forged",
    "graphwing_claims": "forged",
    "content-length": "5",
    "host": "router",
}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([], {}),
        ([Propagate(Names("x-tenant"))], {"x-tenant": "a"}),
        ([Propagate(Names("x-tenant"), rename="x-org")], {"x-org": "a"}),
        ([Propagate(Names("x-none"), default="b")], {"x-none": "b"}),
        ([Propagate(Names("x-none"), "x-some", "b")], {"x-some": "b"}),
        ([Propagate(Names("x-none"))], {}),
        ([Propagate(pattern("x-acme-.*"))], {"x-acme-one": "1", "x-acme-two": "2"}),
        # Neither credentials nor what is the router's, and nothing that is it for some servers.
        (
            [Propagate(pattern(".*"))],
            {"x-tenant": "a", "x-acme-one": "1", "x-acme-two": "2"},
        ),
        ([Propagate(pattern("x"))], {}),
        ([Propagate(Names("cookie"))], {"cookie": "session=1"}),
        ([Propagate(Names("x_acme_three"))], {"x_acme_three": "3"}),
        ([Insert("x-tenant", "b"), Propagate(Names("x-tenant"))], {"x-tenant": "a"}),
        ([Propagate(Names("x-tenant")), Insert("x-tenant", "b")], {"x-tenant": "b"}),
        ([Propagate(pattern("x-.*")), Remove(pattern("x-acme-.*"))], {"x-tenant": "a"}),
        ([Propagate(pattern("x-a.*")), Remove(Names("x-acme-one"))], {"x-acme-two": "2"}),
    ],
)
def test_each_rule_does_one_thing_in_order(rules: list[Rule], told: dict[str, str]) -> None:
    assert HeaderRules(RuleSet(rules)).forwarded(CLIENT) == told


def test_what_the_connection_is_said_to_own_is_not_passed_on() -> None:
    rules = HeaderRules(
        RuleSet([Propagate(Names("x-tenant"), default="none"), Propagate(pattern("x.*"))])
    )

    told = rules.forwarded({**CLIENT, "connection": "close, X-Tenant ,x-acme-one"})

    assert told == {"x-tenant": "none", "x-acme-two": "2"}


names = st.sampled_from([*CLIENT, "x-none"])
rule = st.one_of(
    st.builds(Propagate, st.builds(Names, names), st.none() | names, st.none() | st.just("d")),
    st.builds(Propagate, st.sampled_from([pattern(".*"), pattern("x.*"), pattern("graphwing.*")])),
    st.builds(Remove, st.builds(Names, names) | st.just(pattern(".*"))),
)


@given(st.lists(rule), st.lists(names))
def test_no_rules_pass_what_is_dropped_and_patterns_pass_no_credentials(
    rules: list[Rule], connection: list[str]
) -> None:
    told: dict[str, str] = {}
    only_patterns = [one for one in rules if not isinstance(one, Propagate) or one.names.pattern]

    apply_rules(only_patterns, {**CLIENT, "connection": ",".join(connection)}, told, TO_SUBGRAPHS)

    assert told.keys() <= {"x-tenant", "x-acme-one", "x-acme-two"} - {*connection}


@given(st.dictionaries(st.sampled_from(["x-a", "x-b"]), st.text()))
def test_what_reaches_a_subgraph_is_always_a_value_of_a_header(client: dict[str, str]) -> None:
    rules = HeaderRules(RuleSet([Propagate(Names("x-a")), Propagate(pattern("x-b"))]))

    if all(is_value(value) for value in client.values()):
        assert rules.forwarded(client) == client
    else:
        with pytest.raises(HeaderInvalidError, match="characters that no header may have"):
            rules.forwarded(client)


async def test_each_subgraph_is_told_by_its_own_rules_after_those_for_all(apps: Apps) -> None:
    general = RuleSet([Propagate(Names("x-tenant")), Insert("x-all", "1")])
    own = RuleSet([Propagate(Names("x-secret")), Remove(Names("x-tenant")), Insert("x-key", "k")])

    (response,) = await ask(
        apps.router(HeaderRules(general, {"reviews": own})), ("x-tenant", "a"), ("x-secret", "s")
    )

    assert response.json() == {"data": {"books": [{"id": "1", "reviews": ["fine"]}]}}
    assert apps.books.told() == {"x-tenant": "a", "x-all": "1"}
    assert apps.reviews.told() == {"x-all": "1", "x-secret": "s", "x-key": "k"}


async def test_a_plan_that_is_interpreted_tells_and_hears_the_same(apps: Apps) -> None:
    own = RuleSet([Propagate(Names("x-secret"))], [Propagate(Names("x-served"))])
    apps.reviews.answers = [("x-served", "r")]
    router = apps.router(HeaderRules(RuleSet(), {"reviews": own}))

    (compiled,) = await ask(router, ("x-secret", "s"))
    told = apps.reviews.told()
    (interpreted,) = await ask(router, ("x-secret", "s"), query=FAILING)

    assert "errors" in interpreted.json()
    assert apps.reviews.told() == told == {"x-secret": "s"}
    assert beside(interpreted) == beside(compiled) == [("x-served", "r")]
    assert (len(apps.books.heard), len(apps.reviews.heard)) == (2, 2)


async def test_the_schema_is_asked_for_with_what_the_rules_insert() -> None:
    books = App({"_service": {"sdl": BOOKS}})
    rules = HeaderRules(
        RuleSet([Insert("x-all", "1"), Propagate(Names("x-tenant"))]),
        {"books": RuleSet([Insert("x-key", "k"), Propagate(Names("x-mode"), default="schema")])},
    )

    async with Router({"books": Subgraph(app=books)}, headers=rules):
        pass

    assert books.told() == {"x-all": "1", "x-key": "k", "x-mode": "schema"}


async def test_headers_of_answers_reach_the_client_by_rules_only(apps: Apps) -> None:
    apps.books.answers = [
        ("X-Served", "b"),
        ("X-Trace", "1"),
        ("x-trace", "2"),
        ("set-cookie", "a=1; HttpOnly"),
        ("set-cookie", "b=2"),
        ("x-private", "no"),
        ("connection", "x-dropped"),
        ("x-dropped", "no"),
        ("cache-control", "max-age=60"),
        ("access-control-allow-origin", "*"),
    ]
    apps.reviews.answers = [("x-served", "r"), ("set-cookie", "a=3"), ("x-own", "o")]
    rules = HeaderRules(
        RuleSet(
            response=[
                Propagate(Names("x-served"), merge="append"),
                Propagate(Names("x-trace"), rename="x-seen"),
                Propagate(Names("x-none"), default="d"),
                Propagate(pattern("x-dropped|cache-.*|access-.*|set-.*")),
                Propagate(Names("set-cookie")),
                Insert("x-router", "graphwing"),
            ]
        ),
        {"reviews": RuleSet(response=[Propagate(Names("x-own"))])},
    )

    (response,) = await ask(apps.router(rules))

    assert beside(response) == [
        ("x-served", "b, r"),
        ("x-seen", "1, 2"),
        ("x-router", "graphwing"),
        ("x-own", "o"),
        ("x-none", "d"),
        ("set-cookie", "a=1; HttpOnly"),
        ("set-cookie", "b=2"),
        ("set-cookie", "a=3"),
    ]


async def test_without_rules_no_header_of_an_answer_is_read(apps: Apps) -> None:
    apps.books.answers = [("x-served", "b"), ("set-cookie", "a=1")]

    (response,) = await ask(apps.router(HeaderRules(RuleSet([Insert("x-all", "1")]))))

    assert beside(response) == []


@pytest.mark.parametrize(
    ("merge", "merged"), [("first", "1"), ("last", "3"), ("append", "1, 2, 3")]
)
def test_several_answers_are_merged_as_the_rule_says(merge: Merge, merged: str) -> None:
    headers = MergedHeaders()
    for value in ("1", "2", "3"):
        headers.take([("x-served", value)], [Propagate(Names("x-served"), merge=merge)])

    assert headers.finish([], []) == [("x-served", merged)]


async def test_clients_that_get_cookies_share_no_request(apps: Apps) -> None:
    cookies = HeaderRules(RuleSet(response=[Propagate(Names("set-cookie"))]))
    served = HeaderRules(RuleSet(response=[Propagate(Names("x-served"))]))
    apps.books.answers = [("x-served", "b")]

    apart = await ask(apps.router(cookies), times=5)
    asked = len(apps.books.heard)
    together = await ask(apps.router(served), times=5)

    assert (len(apart), asked) == (5, 5)
    assert len(apps.books.heard) - asked < 5
    assert [beside(one) for one in together] == [[("x-served", "b")]] * 5


def test_whole_operations_with_cookies_are_never_shared(apps: Apps) -> None:
    rules = HeaderRules(RuleSet(), {"books": RuleSet(response=[Propagate(Names("set-cookie"))])})

    with pytest.raises(SettingsError, match=r"^sharing.operations: clients that share an answer"):
        apps.router(rules, sharing=SharingSettings(operations=True))


@pytest.mark.parametrize("own", [True, False])
async def test_whole_operations_are_shared_by_clients_that_are_the_same_to_all_subgraphs(
    apps: Apps, *, own: bool
) -> None:
    secret = RuleSet([Propagate(Names("x-secret"))])
    rules = HeaderRules(RuleSet(), {"reviews": secret}) if own else HeaderRules(secret)
    router = apps.router(rules, sharing=SharingSettings(operations=True))
    async with router:
        await asyncio.gather(*(router.execute(BOTH, headers={"x-secret": one}) for one in "aabb"))

    assert sorted(one["x-secret"] for one in apps.reviews.heard) == ["a", "b"]


SETTINGS = """
headers:
  propagate: [Accept-Language]
  request:
    - { propagate: X-Tenant, rename: x-org, default: none }
    - { propagate_matching: "x-acme-.*" }
    - { remove: x-acme-secret }
    - { insert: x-router, value: "${ROUTER:-graphwing}" }
  response:
    - { propagate: x-served, merge: append }
subgraphs:
  books:
    headers: { request: [{ insert: x-key, value: k }], response: [{ propagate: set-cookie }] }
"""


def test_rules_are_read_from_settings(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SETTINGS)
    settings = load_settings(path)

    rules = headers_from_settings(settings.headers, {"books": settings.subgraphs["books"].headers})

    assert rules is not None
    told = rules.forwarded({"x-tenant": "a", "x-acme-a": "1", "x-acme-secret": "2"})
    assert told == {"x-org": "a", "x-acme-a": "1", "x-router": "graphwing"}
    assert rules.sets_cookies("books")
    assert not rules.sets_cookies("reviews")
    wanted = rules.wanted("reviews")
    assert wanted is not None
    assert [wanted("x-served"), wanted("x-other")] == [True, False]
    assert headers_from_settings(HeaderSettings(), {"books": RuleSettings()}) is None


@pytest.mark.parametrize(
    ("request_rule", "response_rule", "message"),
    [
        ({}, None, "headers.request[0]: it says not what to do; write one of"),
        ({"insert": "a", "remove": "b"}, None, "request[0]: it says `insert` and `remove`"),
        ({"insert": "x"}, None, "request[0].value: it is missing"),
        ({"insert": "x", "value": "a\r\nb: c"}, None, "request[0].value: it has characters"),
        ({"insert": "x y", "value": ""}, None, "request[0].insert: 'x y' is no name of a header"),
        ({"insert": "Host", "value": ""}, None, "the header `host` cannot be propagated"),
        ({"propagate": "graphwing_claims"}, None, "`graphwing_claims` cannot be propagated"),
        ({"propagate": "a", "rename": "Signature"}, None, "request[0].rename: the header"),
        ({"propagate": "a", "default": "\n"}, None, "request[0].default: it has characters"),
        ({"propagate": "a", "value": "b"}, None, "it means nothing beside `propagate`"),
        ({"remove": "a", "rename": "b"}, None, "it means nothing beside `remove`"),
        ({"propagate_matching": "("}, None, "`(` is no regular expression"),
        (None, {"propagate": "cache-control"}, "headers.response[0].propagate: the header"),
        (None, {"propagate": "set-cookie", "merge": "first"}, "cookies are passed on as they are"),
        (None, {"insert": "a", "value": "b", "merge": "last"}, "nothing beside `insert`"),
    ],
)
def test_rules_that_mean_nothing_or_too_much_are_refused(
    request_rule: Mapping[str, str] | None,
    response_rule: Mapping[str, Any] | None,
    message: str,
) -> None:
    settings = HeaderSettings(
        request=[] if request_rule is None else [HeaderRuleSettings(**request_rule)],
        response=[] if response_rule is None else [AnswerRuleSettings(**response_rule)],
    )

    with pytest.raises(SettingsError, match=re.escape(message)):
        headers_from_settings(settings, {})


def test_a_router_of_settings_has_their_rules(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "subgraphs:\n"
        "  books: { url: 'http://127.0.0.1:9', headers: { request: [{ remove: ':' }] } }\n"
    )

    with pytest.raises(SettingsError, match=r"^subgraphs.books.headers.request\[0\].remove: ':'"):
        router_from_settings(load_settings(path))
