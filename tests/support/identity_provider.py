"""A small OpenID Connect provider on loopback, with the faults a real one could have."""

import base64
import hashlib
import secrets
import socket
import threading
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet


def _hashed(verifier: str) -> str:
    """RFC 7636, 4.2: S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass
class Provider:
    """`subject` is who has signed in there; `changed` overrides claims of the ID token."""

    subject: str = "staff-7"
    client: str = "kiosk"
    secret: str = "a client's secret"
    changed: dict[str, Any] = field(default_factory=dict)
    foreign_key: bool = False
    ends_sessions: bool = True
    tls: tuple[str, str] | None = None
    """Files of its certificate and key; None: without TLS."""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self._other = ECKey.generate_key("P-256", {"kid": str(self.key.kid)})
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        self.issuer = f"https://localhost:{port}" if self.tls else f"http://127.0.0.1:{port}"
        cert, key = self.tls or (None, None)
        config = uvicorn.Config(
            self._app(), log_level="error", lifespan="off", ssl_certfile=cert, ssl_keyfile=key
        )
        self._server = uvicorn.Server(config)
        run = {"sockets": [self._socket]}
        self._thread = threading.Thread(target=self._server.run, kwargs=run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def described() -> dict[str, str]:
            at = self.issuer
            end = {"end_session_endpoint": f"{at}/end"} if self.ends_sessions else {}
            return {
                **end,
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
            }

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = request.query_params
            if asked["client_id"] != self.client or asked["code_challenge_method"] != "S256":
                return Response(status_code=400)
            code = secrets.token_urlsafe(16)
            self.codes[code] = (asked["nonce"], asked["code_challenge"])
            back = {"code": code, "state": asked["state"]}
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

        @app.post("/token")
        async def token(request: Request) -> Response:
            async with request.form() as form:
                told = {k: str(v) for k, v in form.items()}
            nonce, challenge = self.codes.pop(told.get("code", ""), ("", ""))
            if not nonce or _hashed(told["code_verifier"]) != challenge:
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time())
            claims = {
                "iss": self.issuer,
                "sub": self.subject,
                "aud": self.client,
                "iat": now,
                "exp": now + 300,
                "nonce": nonce,
                **self.changed,
            }
            head = {"alg": "ES256", "kid": self.key.kid}
            signed = jwt.encode(head, claims, self._other if self.foreign_key else self.key)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

        @app.get("/keys")
        def keys() -> Response:
            return JSONResponse(KeySet([self.key]).as_dict(private=False))

        return app
