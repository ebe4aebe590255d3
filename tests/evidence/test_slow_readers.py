"""The rig of slow readers sees a server that holds on to them."""

from pathlib import Path

from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.evidence.slow_readers import Hasty, certificate_in, failures_of, tried

CLIENTS = 40


def test_uvicorn_by_itself_holds_on_and_grows() -> None:
    held = tried(H11Protocol, CLIENTS, seconds=1)
    grew, holds = failures_of(held, CLIENTS)
    assert grew.startswith("grew")
    assert holds.startswith(f"{CLIENTS} connections")


def test_central_lets_them_go_and_serves_who_reads() -> None:
    assert failures_of(tried(Hasty, CLIENTS), CLIENTS) == []


def test_with_tls_too(tmp_path: Path) -> None:
    """asyncio's TLS counts as sent what it has handed down, and by itself never waits."""
    assert failures_of(tried(Hasty, 16, certificate=certificate_in(tmp_path)), 16) == []
