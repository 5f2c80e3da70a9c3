"""Signing in with an OpenID Connect provider: the code flow with PKCE, state and nonce.

Layer 7, adapter. The provider vouches for a person; nothing it says is believed before its signature, audience, issuer,
nonce and expiry hold (OpenID Connect Core 1.0, 3.1.3.7). Its fake is stand_in.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["ES256", "RS256"]
SCOPE = "openid profile"
DISCOVERY = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LEEWAY_SECONDS = 60  # two machines' clocks


class IdentityUnavailable(Exception):
    """The identity provider could not be reached, or doesn't speak the protocol."""


class IdentityRefused(Exception):
    """What came back is not a sign-in that was begun here; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: where to send the person, and what must come back."""

    address: str
    state: str
    nonce: str
    verifier: str

    def remembered(self) -> dict[str, str]:
        """What the session keeps."""
        return asdict(self)


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


class OpenIdProvider:
    """One issuer, seen as one of its clients."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None = None, *, timeout_seconds: float = 10
    ) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.client_secret = client_secret
        self.timeout_seconds = timeout_seconds
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    def check(self) -> None:
        """See that the provider answers with its metadata and keys. Raises IdentityUnavailable."""
        self._metadata = self._keys = None
        self._signing_keys()

    def begin(self, *, redirect_uri: str, language: str) -> Begun:
        """Start a sign-in. Raises IdentityUnavailable."""
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        address, state = self._client(redirect_uri).create_authorization_url(
            self._described("authorization_endpoint"),
            state=secrets.token_urlsafe(24),
            nonce=nonce,
            code_verifier=verifier,
            ui_locales=language,
        )
        return Begun(address=address, state=state, nonce=nonce, verifier=verifier)

    def finish(self, *, begun: Begun, redirect_uri: str, answer: Mapping[str, str], at: datetime) -> Identity:
        """Who came back. `answer` are the parameters of the return. Raises IdentityRefused or IdentityUnavailable."""
        if not compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise IdentityRefused("state")
        if "iss" in answer and answer["iss"] != self.issuer:
            raise IdentityRefused("issuer")  # RFC 9207: an answer of another provider
        if answer.get("error") or not answer.get("code"):
            raise IdentityRefused("cancelled" if answer.get("error") == "access_denied" else "no-code")
        token = self._token(begun, redirect_uri, answer["code"])
        claims = self._verified(token, begun.nonce, at)
        return Identity(issuer=self.issuer, subject=str(claims["sub"]), claims=claims)

    def _client(self, redirect_uri: str) -> OAuth2Session:
        session = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
        )
        session.trust_env = False
        return session

    def _token(self, begun: Begun, redirect_uri: str, code: str) -> str:
        try:
            answer = self._client(redirect_uri).fetch_token(
                self._described("token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                timeout=self.timeout_seconds,
            )
        except OAuthError as error:
            raise IdentityRefused("code") from error
        except (requests.RequestException, ValueError) as error:
            raise IdentityUnavailable(f"no token: {type(error).__name__}") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise IdentityRefused("no-id-token")
        return token

    def _verified(self, token: str, nonce: str, at: datetime) -> dict[str, Any]:
        try:
            claims = self._decoded(token)
            jwt.JWTClaimsRegistry(
                now=int(at.timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise IdentityRefused("id-token") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.client_id:
            raise IdentityRefused("audience")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, self._signing_keys(), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            self._keys = None  # the provider may have changed its keys since
            return dict(jwt.decode(token, self._signing_keys(), algorithms=ALGORITHMS).claims)

    def _signing_keys(self) -> KeySet:
        if self._keys is None:
            try:
                self._keys = KeySet.import_key_set(self._fetched(self._described("jwks_uri")))
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise IdentityUnavailable("the provider's keys can't be read") from error
        return self._keys

    def _described(self, name: str) -> str:
        if self._metadata is None:
            found = self._fetched(self.issuer + DISCOVERY)
            if found.get("issuer") != self.issuer:
                raise IdentityUnavailable("the provider's metadata is another issuer's")
            if not all(isinstance(found.get(each), str) for each in NEEDED):
                raise IdentityUnavailable("the provider's metadata is not complete")
            self._metadata = found
        return str(self._metadata[name])

    def _fetched(self, address: str) -> dict[str, Any]:
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(address, timeout=self.timeout_seconds, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise IdentityUnavailable(f"no answer at {address}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise IdentityUnavailable(f"no JSON object at {address}")
        return found
