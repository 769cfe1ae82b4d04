"""Documents that requests name: automatic persisted queries, and those of trusted manifests."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import aiohttp
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans.graphs import Library
from plans.live import TICKS, Clock, live_router, served, tick

from graphwing import Router, Subgraph
from graphwing.errors import PersistedQueryMismatchError, SettingsError
from graphwing.server.configured import router_from_settings
from graphwing.server.documents.automatic import AutomaticDocuments
from graphwing.server.documents.documents import Documents
from graphwing.server.documents.trusted import TrustedDocuments
from graphwing.server.operations.rules import OperationRules
from graphwing.server.settings.documents import (
    AutomaticSettings,
    DocumentSettings,
    TrustedSettings,
)
from graphwing.server.settings.model import load_settings
from graphwing.server.settings.reader import Duration

TITLE = "query Title($id: ID!) { book(id: $id) { title } }"
REVIEWS = "{ book(id: 1) { reviews } }"
RENAME = 'mutation { rename(id: 1, title: "x") { id } }'
TITLE_ANSWER = {"data": {"book": {"title": "달"}}}
REVIEWS_ANSWER = {"data": {"book": {"reviews": ["on 1"]}}}
GRAPHQL_RESPONSE = "application/graphql-response+json"

Json = dict[str, Any]


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def hashed(text: str, **more: object) -> Json:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest_of(text)}}
    return {"extensions": extensions, **more}


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


@asynccontextmanager
async def client_of(documents: Documents | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    router = Router(Library().subgraphs(), documents=documents)
    transport = httpx.ASGITransport(app=router.asgi())
    # What lets a GET through that no browser could be made to send.
    headers = {"apollo-require-preflight": "1"}
    async with (
        router,
        httpx.AsyncClient(transport=transport, base_url="http://router", headers=headers) as client,
    ):
        yield client


async def answer(client: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json=body, headers=headers)


def trusting(
    manifest: Path,
    mode: Literal["off", "log", "enforce"] = "enforce",
    *,
    require_id: bool = False,
    automatic: bool = True,
) -> Documents:
    return Documents(
        DocumentSettings(
            automatic=AutomaticSettings(enabled=automatic),
            trusted=TrustedSettings(mode=mode, manifests=[manifest], require_id=require_id),
        )
    )


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "operations.json"
    operations = [
        {"id": "title", "name": "Title", "type": "query", "body": TITLE},
        {"id": digest_of(REVIEWS), "name": "", "type": "query", "body": REVIEWS},
    ]
    apollo = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    path.write_text(json.dumps(apollo))
    return path


async def test_a_document_is_sent_once_and_its_hash_from_then_on() -> None:
    body = {"variables": {"id": 1}, "operationName": "Title"}

    async with client_of() as client:
        before = await answer(client, hashed(TITLE, **body))
        sent = await answer(client, hashed(TITLE, query=TITLE, **body))
        after = await answer(client, hashed(TITLE, **body))
        empty = await answer(client, hashed(TITLE, query="", **body))
        null = await answer(client, hashed(TITLE, query=None, **body))

    assert before.status_code == 200
    assert before.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert codes(before) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert before.headers["cache-control"] == "private, no-store"
    for response in (sent, after, empty, null):
        assert response.json() == TITLE_ANSWER


async def test_a_hash_that_is_not_known_is_400_in_the_media_type_of_graphql() -> None:
    async with client_of() as client:
        response = await answer(client, hashed(TITLE), accept=GRAPHQL_RESPONSE)

    assert response.status_code == 400
    assert codes(response) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_get_can_ask_by_hash_and_a_mutation_so_is_still_refused() -> None:
    parameters = {
        "extensions": json.dumps(hashed(TITLE)["extensions"]),
        "variables": '{"id": 1}',
    }
    renaming = {"extensions": json.dumps(hashed(RENAME)["extensions"])}

    async with client_of() as client:
        before = await client.get("/graphql", params=parameters)
        sent = await client.get("/graphql", params={**parameters, "query": TITLE})
        after = await client.get("/graphql", params=parameters)
        await answer(client, hashed(RENAME, query=RENAME))
        mutation = await client.get("/graphql", params=renaming)

    assert codes(before) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert sent.json() == after.json() == TITLE_ANSWER
    assert mutation.status_code == 405


async def test_another_documents_hash_is_refused_and_nothing_is_kept() -> None:
    async with client_of() as client:
        refused = await answer(client, {**hashed(REVIEWS), "query": TITLE})
        after = await answer(client, hashed(REVIEWS))

    assert refused.status_code == 400
    assert codes(refused) == ["PERSISTED_QUERY_HASH_MISMATCH"]
    assert codes(after) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize(
    "persisted",
    [{}, 1, "x", [], {"version": 2, "sha256Hash": "ab"}, {"version": 1, "sha256Hash": 7}],
)
async def test_a_hash_of_another_form_is_a_bad_request(persisted: object) -> None:
    async with client_of() as client:
        response = await answer(
            client, {"query": REVIEWS, "extensions": {"persistedQuery": persisted}}
        )

    assert response.status_code == 400
    assert codes(response) == ["BAD_REQUEST"]


async def test_other_extensions_and_ids_beside_a_text_change_nothing() -> None:
    body = {"query": REVIEWS, "id": 7, "doc_id": "x", "documentId": "y"}

    async with client_of() as client:
        plain = await answer(client, body)
        extended = await answer(client, {**body, "extensions": {"persistedQuery": None, "x": 1}})

    assert plain.json() == extended.json() == REVIEWS_ANSWER


@pytest.mark.parametrize("body", [{}, {"id": 7}, {"query": None}, {"doc_id": None, "query": None}])
async def test_neither_a_text_nor_an_id_is_no_request(body: Json) -> None:
    async with client_of() as client:
        response = await answer(client, body)

    assert response.status_code == 400
    assert codes(response) == ["BAD_REQUEST"]


async def test_without_automatic_documents_a_hash_is_not_supported_and_beside_a_text_ignored() -> (
    None
):
    settings = DocumentSettings(automatic=AutomaticSettings(enabled=False))

    async with client_of(Documents(settings)) as client:
        by_hash = await answer(client, hashed(REVIEWS))
        text = await answer(client, hashed(REVIEWS, query=REVIEWS))
        by_id = await answer(client, {"documentId": "title"})

    assert by_hash.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
    assert codes(by_hash) == codes(by_id) == ["PERSISTED_QUERY_NOT_SUPPORTED"]
    assert text.json() == REVIEWS_ANSWER


async def test_a_document_beyond_the_limit_is_refused_whole_and_by_hash() -> None:
    long = REVIEWS + " " * 100

    async with client_of(Documents(longest=100)) as client:
        fits = await answer(client, {"query": REVIEWS})
        text = await answer(client, {"query": long})
        kept = await answer(client, hashed(long, query=long))
        after = await answer(client, hashed(long))

    assert fits.json() == REVIEWS_ANSWER
    assert text.status_code == kept.status_code == 413
    assert codes(text) == codes(kept) == ["DOCUMENT_TOO_LARGE"]
    assert codes(after) == ["PERSISTED_QUERY_NOT_FOUND"]


@given(
    size=st.integers(1, 4),
    asked=st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef")), max_size=40),
)
def test_the_documents_that_were_asked_for_last_are_kept(
    size: int, asked: list[tuple[bool, str]]
) -> None:
    documents = AutomaticDocuments(size)
    expected = OrderedDict[str, None]()

    for adds, text in asked:
        if adds:
            documents.add(digest_of(text), text)
            expected[text] = None
        assert documents.find(digest_of(text)) == (text if text in expected else None)
        if text in expected:
            expected.move_to_end(text)
        while len(expected) > size:
            expected.popitem(last=False)


def test_documents_are_kept_as_long_as_all_together_are_not_too_long() -> None:
    documents = AutomaticDocuments(512)
    texts = [f"{n}{'#' * 6_000_000}" for n in range(3)]

    for text in texts:
        documents.add(digest_of(text), text)

    assert [documents.find(digest_of(text)) is not None for text in texts] == [False, True, True]


def test_a_hash_that_does_not_fit_is_an_error_for_a_document_with_half_a_character() -> None:
    with pytest.raises(PersistedQueryMismatchError):
        AutomaticDocuments(1).add("00", "\ud800")


@pytest.mark.parametrize(
    "asked",
    [
        {"documentId": "title"},
        {"doc_id": "title"},
        {"id": "title"},
        {"id": "title", "query": None},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "title"}}},
    ],
)
@pytest.mark.parametrize("mode", ["log", "enforce"])
async def test_a_trusted_document_is_asked_for_by_its_id(
    manifest: Path, asked: Json, mode: Literal["log", "enforce"]
) -> None:
    async with client_of(trusting(manifest, mode)) as client:
        response = await answer(client, {**asked, "variables": {"id": 1}})

    assert response.json() == TITLE_ANSWER


async def test_the_id_of_a_trusted_document_may_say_that_it_is_a_hash(manifest: Path) -> None:
    async with client_of(trusting(manifest)) as client:
        post = await answer(client, {"documentId": f"sha256:{digest_of(REVIEWS)}"})
        get = await client.get("/graphql", params={"documentId": digest_of(REVIEWS)})

    assert post.json() == get.json() == REVIEWS_ANSWER


async def test_manifests_of_relay_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "queryMap.json"
    path.write_text(json.dumps({"5a1": TITLE}))

    async with client_of(trusting(path)) as client:
        response = await answer(client, {"doc_id": "5a1", "variables": {"id": 1}})

    assert response.json() == TITLE_ANSWER


async def test_enforced_only_trusted_documents_are_answered(manifest: Path) -> None:
    async with client_of(trusting(manifest)) as client:
        trusted = await answer(client, {"query": REVIEWS})
        other = await answer(client, {"query": "{ books { id } }"})
        registering = await answer(client, hashed("{ books { id } }", query="{ books { id } }"))
        after = await answer(client, hashed("{ books { id } }"))
        by_id = await answer(client, {"documentId": "x" * 1_000})

    assert trusted.json() == REVIEWS_ANSWER
    assert codes(other) == codes(registering) == ["QUERY_NOT_IN_SAFELIST"]
    assert codes(after) == codes(by_id) == ["PERSISTED_QUERY_NOT_IN_LIST"]
    assert len(by_id.json()["errors"][0]["message"]) < 200


async def test_ids_can_be_required_of_trusted_documents(manifest: Path) -> None:
    async with client_of(trusting(manifest, require_id=True)) as client:
        by_id = await answer(client, {"documentId": digest_of(REVIEWS)})
        text = await answer(client, {"query": REVIEWS})
        other = await answer(client, {"query": "{ books { id } }"})

    assert by_id.json() == REVIEWS_ANSWER
    assert codes(text) == ["PERSISTED_QUERY_ID_REQUIRED"]
    assert codes(other) == ["QUERY_NOT_IN_SAFELIST"]


async def test_in_the_mode_log_other_documents_are_told_once_and_answered(
    manifest: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = "query B { books { id } }"

    async with client_of(trusting(manifest, "log")) as client:
        with caplog.at_level(logging.WARNING):
            answers = [
                await answer(client, {"query": other, "operationName": "B"}) for _ in range(3)
            ]
            await answer(client, {"query": REVIEWS})
        automatic = [
            await answer(client, body) for body in (hashed(TITLE, query=TITLE), hashed(TITLE))
        ]

    assert [one.json() for one in answers] == [{"data": {"books": [{"id": "1"}]}}] * 3
    assert caplog.messages == [
        f"the document with SHA-256 {digest_of(other)} ('B') is in no manifest"
    ]
    assert [codes(one) for one in automatic] == [["BAD_USER_INPUT"]] * 2


async def test_python_is_refused_what_clients_are(manifest: Path) -> None:
    async with Router(Library().subgraphs(), documents=trusting(manifest)) as router:
        trusted = await router.execute(REVIEWS)
        other = await router.execute("{ books { id } }")

    assert trusted == REVIEWS_ANSWER
    assert other["errors"][0]["extensions"]["code"] == "QUERY_NOT_IN_SAFELIST"


async def test_over_a_websocket_and_as_events_documents_have_ids_too(tmp_path: Path) -> None:
    manifest = tmp_path / "operations.json"
    manifest.write_text(json.dumps({"ticks": TICKS}))
    router = live_router(Subgraph(schema=Clock().schema), documents=trusting(manifest))
    asked = {"documentId": "ticks", "variables": {"upTo": 1}}

    async with served(router.asgi()) as place:
        url = f"http://{place}/graphql"
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, protocols=["graphql-transport-ws"]) as socket,
        ):
            await socket.send_json({"type": "connection_init"})
            for of, payload in (("1", asked), ("2", {"query": "{ now }"})):
                await socket.send_json({"type": "subscribe", "id": of, "payload": payload})
            heard = [await socket.receive_json(timeout=5) for _ in range(4)]
        async with httpx.AsyncClient() as client:
            headers = {"accept": "text/event-stream"}
            events = await client.post(url, json=asked, headers=headers)
            refused = await client.post(url, json={"query": TICKS + " "}, headers=headers)

    by_id = {one.get("id"): one for one in heard if one["type"] in {"next", "error"}}
    assert by_id["1"]["payload"] == tick(0)
    assert by_id["2"]["payload"][0]["extensions"]["code"] == "QUERY_NOT_IN_SAFELIST"
    assert json.dumps(tick(0), separators=(",", ":")) in events.text
    assert "QUERY_NOT_IN_SAFELIST" in refused.text


def test_a_manifest_that_changes_is_read_again(manifest: Path) -> None:
    trusted = TrustedDocuments([manifest], is_enforced=True)

    unchanged = trusted.refresh()
    manifest.write_text(json.dumps({"new": REVIEWS}))
    changed = trusted.refresh()

    assert not unchanged
    assert changed
    assert trusted.find("new") == REVIEWS
    assert trusted.find("title") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', None, '{"a": "1", "a": "2"'])
def test_a_manifest_that_cannot_be_read_any_more_changes_nothing(
    manifest: Path, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    trusted = TrustedDocuments([manifest], is_enforced=True)
    if text is None:
        manifest.unlink()
    else:
        manifest.write_text(text)

    with caplog.at_level(logging.ERROR):
        changed = [trusted.refresh(), trusted.refresh()]

    assert changed == [False, False]
    assert trusted.find("title") == TITLE
    assert len(caplog.messages) == 1
    assert str(manifest) in caplog.text


async def test_an_open_router_follows_its_manifests(manifest: Path) -> None:
    documents = Documents(
        DocumentSettings(
            trusted=TrustedSettings(
                mode="enforce", manifests=[manifest], reload_every=Duration(0.01)
            )
        )
    )

    async with client_of(documents) as client:
        before = await answer(client, {"documentId": "new"})
        await asyncio.to_thread(manifest.write_text, json.dumps({"new": REVIEWS}))
        after = before
        for _ in range(1_000):
            after = await answer(client, {"documentId": "new"})
            if codes_or_none(after) is None:
                break
            await asyncio.sleep(0.01)

    assert codes(before) == ["PERSISTED_QUERY_NOT_IN_LIST"]
    assert after.json() == REVIEWS_ANSWER


def settings_file(folder: Path, text: str) -> Path:
    (folder / "supergraph.graphql").write_text(Library().supergraph_sdl())
    path = folder / "graphwing.yaml"
    path.write_text(f"supergraph: supergraph.graphql\n{text}")
    return path


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ("trusted: { mode: enforce }", "documents.trusted.manifests: there is no manifest"),
        (
            "trusted: { mode: log, manifests: [gone.json] }",
            "gone.json` does not exist",
        ),
        ("trusted: { mode: always }", "documents.trusted.mode: invalid enum value 'always'"),
        ("automatic: { size: 0 }", "documents.automatic.size: expected `int` >= 1"),
    ],
)
def test_settings_that_cannot_hold_are_refused(
    tmp_path: Path, documents: str, message: str
) -> None:
    path = settings_file(tmp_path, f"documents: {{ {documents} }}")

    with pytest.raises(SettingsError) as refused:
        router_from_settings(load_settings(path))

    assert message in str(refused.value)


def test_a_manifest_has_to_be_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (pipe, tmp_path):
        with pytest.raises(SettingsError, match="it is not a file"):
            TrustedDocuments([path], is_enforced=True)


def test_one_id_cannot_stand_for_two_documents(manifest: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"title": REVIEWS}))

    with pytest.raises(SettingsError, match="`title` stands for two different documents"):
        TrustedDocuments([manifest, other], is_enforced=True)


async def test_settings_can_turn_trusted_documents_on_and_off(
    tmp_path: Path, manifest: Path
) -> None:
    answers: list[httpx.Response] = []
    for mode in ("enforce", "off"):
        trusted = f"trusted: {{ mode: {mode}, manifests: [{manifest.name}] }}"
        path = settings_file(tmp_path, f"documents: {{ {trusted} }}\nlimits: {{ document: 15 }}")
        router = router_from_settings(load_settings(path))
        transport = httpx.ASGITransport(app=router.asgi())
        async with router, httpx.AsyncClient(transport=transport, base_url="http://a") as client:
            answers.append(await answer(client, {"query": "{ __typename }"}))
            answers.append(await answer(client, {"query": "{ __typename       }"}))

    assert [codes_or_none(one) for one in answers] == [
        ["QUERY_NOT_IN_SAFELIST"],
        ["DOCUMENT_TOO_LARGE"],
        None,
        ["DOCUMENT_TOO_LARGE"],
    ]


def codes_or_none(response: httpx.Response) -> list[str] | None:
    return codes(response) if "errors" in response.json() else None


async def test_a_document_with_more_tokens_than_allowed_is_not_read_to_its_end() -> None:
    fits = "{ book(id: 1) { title } }"
    comments = "#\n" * 20
    rules = OperationRules(tokens=11)

    async with Router(Library().subgraphs(), rules=rules) as router:
        answers = [
            await router.execute(text)
            for text in (
                fits,
                f"{fits} }}",
                f"{comments}{fits}",
                fits.replace(" title", " title id"),
            )
        ]

    first, *refused = answers
    assert first == TITLE_ANSWER
    assert [one["errors"][0]["extensions"]["code"] for one in refused] == ["MAX_TOKENS_LIMIT"] * 3
    assert "11 tokens" in refused[0]["errors"][0]["message"]
