"""A stand-in for the national identity provider: made-up people sign in with one click.

Layer 7, adapter. The fake of openid.py, shared by the demonstration and the tests; it speaks OpenID Connect as the real
one would, and says on every page that it isn't one. Never for real people: it asks for no proof of who anyone is.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from aiohttp import BasicAuth, web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jinja2 import Environment, FileSystemLoader
from joserfc import jwt
from joserfc.jwk import ECKey

from maidinh.infrastructure.identity.adapters.personas import Persona

CODE_LIFETIME = timedelta(minutes=2)
TOKEN_LIFETIME = timedelta(minutes=10)
CODE_LIMIT = 10_000
HERE = Path(__file__).parent
ANSWER_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Client:
    """A relying party: where people may be sent back to, and its secret if it has one."""

    redirect_uris: tuple[str, ...]
    secret: str | None = None


@dataclass(frozen=True)
class Grant:
    """A code or token that was given out: to whom, for whom, until when."""

    client_id: str
    persona: Persona
    expires_at: datetime
    redirect_uri: str = ""
    nonce: str = ""
    challenge: str = ""


@dataclass
class StandIn:
    """The provider's people, clients and what it has given out; all of it is gone when the process ends."""

    personas: Mapping[str, Persona]
    issuer: str
    key: ECKey
    clients: Mapping[str, Client]
    now: Callable[[], datetime]
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)

    async def metadata(self, request: web.Request) -> web.Response:
        """Where everything is, after OpenID Connect Discovery."""
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
                "scopes_supported": ["openid", "profile"],
                "claims_supported": ["sub", "name", "personal_number", "official_id"],
                "ui_locales_supported": ["vi", "en"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, request: web.Request) -> web.Response:
        """The public key that tokens are signed with."""
        return web.json_response({"keys": [self.key.as_dict(private=False, use="sig", alg="ES256")]})

    async def authorize(self, request: web.Request) -> web.Response:
        """The page of people (GET), and the choice of one of them (POST)."""
        asked = {name: request.query.get(name, "") for name in ASKED}
        problem = self._problem(asked)
        if problem:
            return web.Response(status=400, text=problem, headers=ANSWER_HEADERS)
        if request.method == "POST":
            return await self._choose(request, asked)
        language = "en" if asked["ui_locales"].split(" ")[0].startswith("en") else "vi"
        start, target = urlsplit(self.issuer).path, urlsplit(asked["redirect_uri"])
        policy = (
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {target.scheme}://{target.netloc}"
        )
        other = {**asked, "ui_locales": "vi" if language == "en" else "en"}
        text = TEMPLATES.get_template("stand_in.html").render(
            groups=_grouped(self.personas.values(), language),
            action=f"{start}/authorize?{urlencode(asked)}",
            other=f"{start}/authorize?{urlencode(other)}",
            style=f"{start}/style.css",
            language=language,
        )
        headers = {**ANSWER_HEADERS, "Content-Security-Policy": policy}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def token(self, request: web.Request) -> web.Response:
        """A token for a code: once, to the client that asked, with the verifier it began with."""
        form = await request.post()
        posted = {name: str(value) for name, value in form.items()}
        client_id = self._authenticated(request, posted)
        if client_id is None:
            return _error("invalid_client", 401)
        grant = self.codes.pop(posted.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(posted.get("code_verifier", "").encode()).digest())
        if (
            posted.get("grant_type") != "authorization_code"
            or grant is None
            or grant.client_id != client_id
            or grant.redirect_uri != posted.get("redirect_uri")
            or grant.expires_at < self.now()
            or not compare_digest(proof.rstrip(b"=").decode(), grant.challenge)
        ):
            return _error("invalid_grant", 400)
        access = secrets.token_urlsafe(32)
        self._remember(self.tokens, access, Grant(client_id, grant.persona, self.now() + TOKEN_LIFETIME))
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": int(TOKEN_LIFETIME.total_seconds()),
                "id_token": self._id_token(grant),
            },
            headers=ANSWER_HEADERS,
        )

    async def userinfo(self, request: web.Request) -> web.Response:
        """The claims about the person whose access token this is."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self.tokens.get(token) if scheme.lower() == "bearer" else None
        if grant is None or grant.expires_at < self.now():
            return _error("invalid_token", 401)
        return web.json_response({"sub": grant.persona.subject, **grant.persona.claims}, headers=ANSWER_HEADERS)

    async def style(self, request: web.Request) -> web.FileResponse:
        """The page's style sheet."""
        return web.FileResponse(HERE / "stand_in.css")

    def _problem(self, asked: Mapping[str, str]) -> str:
        client = self.clients.get(asked["client_id"])
        if client is None or asked["redirect_uri"] not in client.redirect_uris:
            return "unknown client_id, or a redirect_uri that is not registered for it"
        if asked["response_type"] != "code" or "openid" not in asked["scope"].split():
            return "only response_type=code with scope openid is offered"
        if asked["code_challenge_method"] != "S256" or not asked["code_challenge"]:
            return "PKCE with S256 is needed"
        return ""

    async def _choose(self, request: web.Request, asked: Mapping[str, str]) -> web.Response:
        persona = self.personas.get(str((await request.post()).get("subject", "")))
        back = {"state": asked["state"], "iss": self.issuer}
        if persona is None:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(32)
            grant = Grant(
                client_id=asked["client_id"],
                persona=persona,
                expires_at=self.now() + CODE_LIFETIME,
                redirect_uri=asked["redirect_uri"],
                nonce=asked["nonce"],
                challenge=asked["code_challenge"],
            )
            self._remember(self.codes, back["code"], grant)
        joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
        headers = {**ANSWER_HEADERS, "Location": f"{asked['redirect_uri']}{joint}{urlencode(back)}"}
        return web.Response(status=303, headers=headers)

    def _authenticated(self, request: web.Request, posted: Mapping[str, str]) -> str | None:
        client_id, secret = posted.get("client_id", ""), posted.get("client_secret")
        if request.headers.get("Authorization", "").lower().startswith("basic "):
            try:
                basic = BasicAuth.decode(request.headers["Authorization"])
            except ValueError:
                return None
            client_id, secret = unquote(basic.login), unquote(basic.password)
        client = self.clients.get(client_id)
        if client is None:
            return None
        if client.secret is not None and not compare_digest((secret or "").encode(), client.secret.encode()):
            return None
        return client_id

    def _id_token(self, grant: Grant) -> str:
        now = int(self.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": grant.persona.subject,
            "aud": grant.client_id,
            "iat": now,
            "exp": now + int(TOKEN_LIFETIME.total_seconds()),
            **grant.persona.claims,
        }
        if grant.nonce:
            claims["nonce"] = grant.nonce
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def _remember(self, kept: dict[str, Grant], key: str, grant: Grant) -> None:
        now = self.now()
        for old in [each for each, given in kept.items() if given.expires_at < now]:
            del kept[old]
        while len(kept) >= CODE_LIMIT:
            kept.pop(next(iter(kept)))
        kept[key] = grant


ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "ui_locales",
)
TEMPLATES = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def stand_in_application(
    *,
    personas: Iterable[Persona],
    issuer: str,
    signing_key: Path,
    clients: Mapping[str, Client],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> web.Application:
    """The provider as an application whose routes begin with the issuer's path; its key is made if it is not there."""
    provider = StandIn(
        personas={persona.subject: persona for persona in personas},
        issuer=issuer,
        key=_key_at(signing_key),
        clients=clients,
        now=now,
    )
    start = urlsplit(issuer).path
    application = web.Application(client_max_size=64 * 1024)
    application.add_routes(
        [
            web.get(f"{start}/.well-known/openid-configuration", provider.metadata),
            web.get(f"{start}/jwks", provider.keys),
            web.get(f"{start}/authorize", provider.authorize),
            web.post(f"{start}/authorize", provider.authorize),
            web.post(f"{start}/token", provider.token),
            web.get(f"{start}/userinfo", provider.userinfo),
            web.get(f"{start}/style.css", provider.style),
        ]
    )
    return application


def _grouped(personas: Iterable[Persona], language: str) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for persona in personas:
        shown = {"subject": persona.subject, "name": persona.name, "note": persona.note.in_language(language)}
        groups.setdefault(persona.group.in_language(language), []).append(shown)
    return [{"title": title, "people": people} for title, people in groups.items()]


def _key_at(place: Path) -> ECKey:
    if not place.exists():
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
    key = ECKey.import_key(place.read_bytes())
    key.ensure_kid()
    return key


def _error(code: str, status: int) -> web.Response:
    return web.json_response({"error": code}, status=status, headers=ANSWER_HEADERS)
