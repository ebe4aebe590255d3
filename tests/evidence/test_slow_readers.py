"""The rig of slow readers sees a server that holds on to them."""

from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.evidence.slow_readers import ANSWER, MOST_GROWTH_MB, Hasty, tried

CLIENTS = 40


def test_uvicorn_by_itself_holds_on_and_grows() -> None:
    growth, holding, got = tried(H11Protocol, CLIENTS)
    assert holding == CLIENTS
    assert growth > MOST_GROWTH_MB
    assert got > ANSWER


def test_central_lets_them_go_and_serves_who_reads() -> None:
    growth, holding, got = tried(Hasty, CLIENTS)
    assert holding == 0
    assert growth < MOST_GROWTH_MB
    assert got > ANSWER
