"""Signing in with the office's own accounts: OpenID Connect's code flow with PKCE, by Authlib.

OpenID Connect Core 1.0, 3.1. Only who has an account here with that subject comes in.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kiosk.tomlfile.tables import SettingsError
from sync.central.settings import CentralSettings

SECRET_FILE = "identity.secret"  # noqa: S105  (a file's name)
_END = "end_session_endpoint"
_TIMEOUT = 10
_LEEWAY = 60
"""Seconds by which the provider's clock may differ."""
_ALGORITHMS = ["RS256", "ES256", "EdDSA"]


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches: its issuer address, and what it knows us as."""

    issuer: str
    client: str
    secret: str
    own_url: str
    """Our own address, where the provider sends people back to."""
    authority: str = ""
    """The file of its own certificate authority; "": the machine's authorities."""


def provider(settings: CentralSettings) -> Provider | None:
    """The provider in the settings, None when none is set. SettingsError when it is half set."""
    if not settings.identity_issuer:
        return None
    path = Path(settings.folder) / SECRET_FILE
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path}: others can read it; run `chmod 600 {path}`")
        secret = path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(
            f"{path}: {error.strerror}; write the client's secret from the provider into it"
        ) from None
    authority = settings.folder / settings.identity_ca if settings.identity_ca else None
    if authority and not authority.is_file():
        raise SettingsError(f"{authority}: not found; identity_ca names the provider's authority")
    return Provider(
        issuer=settings.identity_issuer.rstrip("/"),
        client=settings.identity_client,
        secret=secret,
        own_url=settings.url.rstrip("/"),
        authority=str(authority or ""),
    )


class NotVouched(Exception):
    """The provider vouches for nobody, or can't be trusted; the log says why."""


class CodeFlow:
    """The two steps of the code flow with one provider."""

    def __init__(self, provider: Provider) -> None:
        # Slow to import, and only where a provider is set.
        from authlib.integrations.requests_client import OAuth2Session

        self._provider = provider
        self._session_class = OAuth2Session
        self._metadata: dict[str, Any] = {}

    def _session(self) -> Any:
        session = self._session_class(
            self._provider.client,
            self._provider.secret,
            scope="openid",
            redirect_uri=self._own_address,
            code_challenge_method="S256",
        )
        session.verify = self._verify
        return session

    @property
    def _verify(self) -> str | bool:
        """What vouches for the provider's certificate, as requests wants it."""
        return self._provider.authority or True

    @property
    def _own_address(self) -> str:
        """Where the provider sends people back to: as the settings say, never as a request does."""
        return f"{self._provider.own_url}/identity/back"

    def metadata(self) -> dict[str, Any]:
        """The provider's description (OpenID Connect Discovery 1.0), asked once."""
        if not self._metadata:
            issuer = self._provider.issuer
            metadata = self._get(f"{issuer}/.well-known/openid-configuration")
            if metadata.get("issuer", "").rstrip("/") != issuer:
                raise NotVouched(f"{issuer}: calls itself {metadata.get('issuer')!r}")
            self._metadata = metadata
        return self._metadata

    def _get(self, url: str) -> dict[str, Any]:
        import requests

        try:
            answer = requests.get(url, timeout=_TIMEOUT, allow_redirects=False, verify=self._verify)
            answer.raise_for_status()
            document = answer.json()
        except (requests.RequestException, ValueError, OSError) as error:
            raise NotVouched(f"{url}: {error}") from None
        if not isinstance(document, dict):
            raise NotVouched(f"{url}: no description")
        return document

    def start(self) -> tuple[str, str]:
        """Where to send the browser, and what its cookie holds meanwhile. A provider that ends no
        session is to ask who it is each time: the next person at a PC is not the one before."""
        from authlib.common.security import generate_token

        verifier, nonce = generate_token(48), generate_token(24)
        metadata = self.metadata()
        asked_again = {} if _END in metadata else {"prompt": "login"}
        url, state = self._session().create_authorization_url(
            metadata["authorization_endpoint"],
            code_verifier=verifier,
            nonce=nonce,
            **asked_again,
        )
        return url, f"{state}.{nonce}.{verifier}"

    def end(self) -> str:
        """Where the browser ends the provider's session too (OpenID Connect RP-Initiated Logout
        1.0); "" where the provider has no such address. NotVouched."""
        endpoint = str(self.metadata().get(_END, ""))
        if not endpoint:
            return ""
        words = {
            "client_id": self._provider.client,
            "post_logout_redirect_uri": f"{self._provider.own_url}/sign-in",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(words)}"

    def finish(self, query: str, cookie: str) -> str:
        """The subject that the provider vouches for; NotVouched. `query`: of the
        address at which the browser came back; `cookie`: what `start` gave it."""
        import requests
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        state, _, rest = cookie.partition(".")
        nonce, _, verifier = rest.partition(".")
        if not (state and nonce and verifier):
            raise NotVouched("no sign-in was begun in this browser")
        metadata = self.metadata()
        try:
            token = self._session().fetch_token(
                metadata["token_endpoint"],
                authorization_response=f"{self._own_address}?{query}",
                state=state,
                code_verifier=verifier,
                timeout=_TIMEOUT,
            )
            keys = KeySet.import_key_set(self._get(metadata["jwks_uri"]))  # type: ignore[arg-type]
            decoded = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "values": [metadata["issuer"]]},
                    "aud": {"essential": True, "value": self._provider.client},
                },
                params={"nonce": nonce, "client_id": self._provider.client},
            )
            claims.validate(leeway=_LEEWAY)
        except (
            requests.RequestException, AuthlibBaseError, JoseError, KeyError, ValueError
        ) as error:  # fmt: skip
            raise NotVouched(f"{self._provider.issuer}: {error!r}") from None
        if claims.get("nonce") != nonce:
            raise NotVouched(f"{self._provider.issuer}: another sign-in's token")
        return str(claims["sub"])
