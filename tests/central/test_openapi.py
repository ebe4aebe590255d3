"""Central's OpenAPI description: what it says is what central does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator, ValidationError

from sync import exchange
from sync.central.usecases.central import Central
from sync.central.web.app import create_app
from tests.support.builders import PEPPER
from tests.support.central import NIGHT, made_central
from tests.support.central_server import Kept, Server
from tests.support.databases import new_central_store
from tests.support.network import Witnessed
from tests.support.wire_examples import EXAMPLES

TERMINAL = "/v1/sites/{site}/terminals/{terminal}"


@pytest.fixture
def client(central: Central) -> TestClient:
    return TestClient(create_app(central, lambda: NIGHT))


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Of a central without data: it has none in it."""
    folder = tmp_path_factory.mktemp("described")
    store = new_central_store(folder / "central.db")
    yield create_app(made_central(store, folder), lambda: NIGHT).openapi()
    store.close()


def validator(description: dict[str, Any], name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize(("name", "body"), EXAMPLES)
def test_every_example_of_wire_md_fits_the_published_schema(
    description: dict[str, Any], name: str, body: bytes
) -> None:
    validator(description, name).validate(json.loads(body))


@pytest.mark.parametrize(("name", "body"), EXAMPLES)
def test_the_published_schema_refuses_what_the_reader_refuses(
    description: dict[str, Any], name: str, body: bytes
) -> None:
    message = json.loads(body)
    wrong: list[dict[str, Any]] = [{**message, "extra": 1}, {**message, "v": 2}]
    wrong += [{k: v for k, v in message.items() if k != field} for field in message]
    for other in wrong:
        with pytest.raises(ValidationError):
            validator(description, name).validate(other)


def statuses(description: dict[str, Any], method: str, path: str) -> set[str]:
    return set(description["paths"][path][method]["responses"])


@pytest.mark.parametrize(
    ("method", "path", "answered"),
    [
        ("post", "/v1/enrol", "200 400 403 413 429 503"),
        ("post", f"{TERMINAL}/hello", "200 400 401 403 409 413 503"),
        ("put", f"{TERMINAL}/heads", "200 400 401 403 409 413 503"),
        ("get", f"{TERMINAL}/roster", "200 304 400 401 403 413 503"),
        ("put", f"{TERMINAL}/pins", "200 400 401 403 409 413 503"),
        ("get", f"{TERMINAL}/own-results", "200 400 401 403 409 413 503"),
        ("get", f"{TERMINAL}/photos", "200 400 401 403 409 413 503"),
        ("get", f"{TERMINAL}/photos/{{officer}}", "200 400 401 403 404 409 413 503"),
        ("get", f"{TERMINAL}/recordings", "200 400 401 403 409 413 503"),
        (
            "get",
            f"{TERMINAL}/recordings/{{language}}/{{prompt}}",
            "200 400 401 403 404 409 413 503",
        ),
        ("put", f"{TERMINAL}/update", "200 400 401 403 409 413 503"),
        (
            "get",
            f"{TERMINAL}/release/{{digest}}/{{piece}}",
            "200 400 401 403 404 409 413 503",
        ),
        ("put", f"{TERMINAL}/outbox", "204 400 401 403 413 503"),
        ("get", f"{TERMINAL}/days", "200 304 400 401 403 413 503"),
        ("put", f"{TERMINAL}/key", "204 400 401 403 409 413 503"),
        ("put", f"{TERMINAL}/not-mine", "204 400 401 403 413 503"),
        ("put", f"{TERMINAL}/days/{{day}}", "200 201 400 401 403 409 413 503"),
    ],
)
def test_every_status_of_the_terminals_api_is_described(
    description: dict[str, Any], method: str, path: str, answered: str
) -> None:
    assert statuses(description, method, path) == set(answered.split())


def test_signed_requests_name_the_signature_and_signed_answers_carry_one(
    description: dict[str, Any],
) -> None:
    scheme = description["components"]["securitySchemes"]["TerminalSignature"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Kiosk-Signature")
    for path, operations in description["paths"].items():
        for operation in operations.values():
            signed = path.startswith(TERMINAL)
            assert ("TerminalSignature" in str(operation.get("security"))) is signed
            if signed:
                success = min(operation["responses"])
                assert "Kiosk-Signature" in operation["responses"][success]["headers"]


def test_a_terminal_that_is_to_come_later_reads_for_how_long(description: dict[str, Any]) -> None:
    for path, operations in description["paths"].items():
        for operation in operations.values():
            for status in operation["responses"].keys() & {"429", "503"}:
                if path.startswith("/v1/"):
                    assert "Retry-After" in operation["responses"][status]["headers"]


DATA = "/data/{site}/statistics.{kind}"


def test_the_open_data_is_described_as_it_comes(
    client: TestClient, description: dict[str, Any]
) -> None:
    assert statuses(description, "get", DATA) == {"200", "400", "404", "503"}
    content = description["paths"][DATA]["get"]["responses"]["200"]["content"]
    for kind in ("csv", "json", "xlsx"):
        answer = client.get(f"/data/dindaeng/statistics.{kind}?period=fy2027")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] in content
    schema = {**content["application/json"]["schema"], "components": description["components"]}
    document = client.get("/data/dindaeng/statistics.json").json()
    assert document["rows"]
    Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/data/dindaeng/statistics.json?period=1999", 400),
        ("/data/nowhere/statistics.json", 404),
        ("/data/dindaeng/statistics.exe", 404),
        ("/data/nowhere/dictionary.csv", 404),
    ],
)
def test_open_data_that_is_not_there_is_answered_as_described(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")


def described(description: dict[str, Any], method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The template of a path, and what is published of `method` there."""
    for template, operations in description["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return template, operations[method.lower()]
    raise AssertionError(f"{method} {path}: not described")


def test_what_a_terminal_sends_and_gets_is_what_is_described(
    description: dict[str, Any], kept: Kept, server: Server
) -> None:
    network = Witnessed()
    for score in (5, 1, 3):
        kept.rate(score)
        kept.close()
        exchange.sync(kept.store, kept.clock, kept.key, pepper=PEPPER, transport=network)
    seen: set[tuple[str, str, int]] = set()
    for request, answer in network.exchanges:
        template, operation = described(description, request.method, request.url.path)
        seen.add((request.method, template.removeprefix(TERMINAL), answer.status_code))
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]
            validate(description, content[request.headers["Content-Type"]], request.read())
        else:
            assert not request.read()
        response = operation["responses"][str(answer.status_code)]
        for name, header in response.get("headers", {}).items():
            assert name in answer.headers or not header["required"]
        if answer.content:
            validate(
                description, response["content"][answer.headers["Content-Type"]], answer.read()
            )
    assert {
        ("POST", "/hello", 200),
        ("PUT", "/heads", 200),
        ("GET", "/roster", 200),
        ("GET", "/roster", 304),
        ("PUT", "/pins", 200),
        ("GET", "/days", 200),
        ("PUT", "/days/{day}", 201),
    } <= seen


def validate(description: dict[str, Any], content: dict[str, Any], body: bytes) -> None:
    schema = {**content["schema"], "components": description["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(json.loads(body))
