"""Networks that tests put between a terminal and central."""

import httpx2 as httpx


class Overheard(httpx.BaseTransport):
    """A network that remembers every byte of what passes."""

    def __init__(self) -> None:
        self._real, self.bytes = httpx.HTTPTransport(), b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._real.handle_request(request)
        body = answer.read()
        self.bytes += request.read() + body
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)

    def close(self) -> None:
        self._real.close()


class Witnessed(httpx.BaseTransport):
    """A network that remembers each request and its answer."""

    def __init__(self) -> None:
        self._real = httpx.HTTPTransport()
        self.exchanges: list[tuple[httpx.Request, httpx.Response]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._real.handle_request(request)
        answer.read()
        self.exchanges.append((request, answer))
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def close(self) -> None:
        self._real.close()
