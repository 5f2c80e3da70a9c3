"""Signing in: what is a sign-in, and everything that isn't one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from joserfc import jwt

from maidinh.infrastructure.identity.adapters.openid import IdentityRefused, IdentityUnavailable, OpenIdProvider

from .conftest import BACK, CITIZEN, NOW, OFFICIAL


def test_a_person_comes_back_as_who_they_are(served, choose):
    provider = OpenIdProvider(served.issuer, "maidinh")
    for persona in (CITIZEN, OFFICIAL):
        begun = provider.begin(redirect_uri=BACK, language="vi")
        identity = provider.finish(
            begun=begun, redirect_uri=BACK, answer=choose(begun.address, persona.subject), at=NOW
        )
        assert (identity.issuer, identity.subject) == (served.issuer, persona.subject)
        assert persona.claims.items() <= identity.claims.items()
    assert CITIZEN.claims["personal_number"] not in CITIZEN.subject


def test_a_code_serves_once(served, choose):
    provider = OpenIdProvider(served.issuer, "maidinh")
    begun = provider.begin(redirect_uri=BACK, language="vi")
    answer = choose(begun.address, CITIZEN.subject)
    provider.finish(begun=begun, redirect_uri=BACK, answer=answer, at=NOW)
    with pytest.raises(IdentityRefused, match="code"):
        provider.finish(begun=begun, redirect_uri=BACK, answer=answer, at=NOW)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda begun, answer: (begun, {**answer, "state": "x"}), "state"),
        (lambda begun, answer: (begun, {k: v for k, v in answer.items() if k != "state"}), "state"),
        (lambda begun, answer: (begun, {**answer, "iss": "http://other"}), "issuer"),
        (lambda begun, answer: (begun, {**answer, "code": "x"}), "code"),
        (lambda begun, answer: (replace(begun, verifier="x" * 64), answer), "code"),
        (lambda begun, answer: (replace(begun, nonce="x"), answer), "id-token"),
    ],
)
def test_a_return_that_was_not_begun_here_is_refused(served, choose, change, reason):
    provider = OpenIdProvider(served.issuer, "maidinh")
    begun = provider.begin(redirect_uri=BACK, language="vi")
    changed, answer = change(begun, choose(begun.address, CITIZEN.subject))
    with pytest.raises(IdentityRefused) as refusal:
        provider.finish(begun=changed, redirect_uri=BACK, answer=answer, at=NOW)
    assert refusal.value.reason == reason


def test_whoever_goes_back_is_not_signed_in(served, choose):
    provider = OpenIdProvider(served.issuer, "maidinh")
    begun = provider.begin(redirect_uri=BACK, language="vi")
    with pytest.raises(IdentityRefused, match="cancelled"):
        provider.finish(begun=begun, redirect_uri=BACK, answer=choose(begun.address, ""), at=NOW)


def test_an_old_code_and_an_old_token_are_refused(served, choose):
    provider = OpenIdProvider(served.issuer, "maidinh")
    begun = provider.begin(redirect_uri=BACK, language="vi")
    answer = choose(begun.address, CITIZEN.subject)
    served.now = NOW + timedelta(minutes=3)
    with pytest.raises(IdentityRefused, match="code"):
        provider.finish(begun=begun, redirect_uri=BACK, answer=answer, at=NOW)
    begun = provider.begin(redirect_uri=BACK, language="vi")
    answer = choose(begun.address, CITIZEN.subject)
    with pytest.raises(IdentityRefused, match="id-token"):
        provider.finish(begun=begun, redirect_uri=BACK, answer=answer, at=NOW + timedelta(hours=1))


@pytest.mark.parametrize("forgery", ["none", "HS256"])
def test_a_token_under_another_algorithm_is_refused(served, choose, forgery, monkeypatch):
    provider = OpenIdProvider(served.issuer, "maidinh")
    begun = provider.begin(redirect_uri=BACK, language="vi")
    answer = choose(begun.address, CITIZEN.subject)
    claims = {"iss": served.issuer, "aud": "maidinh", "sub": "x", "nonce": begun.nonce, "exp": 9e9, "iat": 0}
    if forgery == "none":
        token = _unsigned(claims)
    else:
        from joserfc.jwk import OctKey

        public = requests.get(f"{served.issuer}/jwks", timeout=10).text.encode()
        token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public))
    monkeypatch.setattr(provider, "_token", lambda *arguments: token)
    with pytest.raises(IdentityRefused, match="id-token"):
        provider.finish(begun=begun, redirect_uri=BACK, answer=answer, at=NOW)


def _unsigned(claims: dict) -> str:
    import base64
    import json

    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


def test_a_provider_that_is_not_there_is_said_to_be_unavailable():
    with pytest.raises(IdentityUnavailable):
        OpenIdProvider("http://127.0.0.1:9/identity", "maidinh", timeout_seconds=2).check()


def test_the_provider_only_sends_people_where_its_client_said(served):
    ask = {"response_type": "code", "client_id": "maidinh", "scope": "openid", "redirect_uri": BACK,
           "code_challenge": "x", "code_challenge_method": "S256"}  # fmt: skip
    address = f"{served.issuer}/authorize"
    assert requests.get(address, params=ask, timeout=10).status_code == 200
    for wrong in (
        {"redirect_uri": "http://elsewhere/"},
        {"client_id": "stranger"},
        {"client_id": "other"},
        {"code_challenge": ""},
        {"response_type": "token"},
    ):
        assert requests.get(address, params={**ask, **wrong}, timeout=10).status_code == 400


def test_the_page_says_that_it_is_a_stand_in_and_lists_everyone(served):
    ask = {"response_type": "code", "client_id": "maidinh", "scope": "openid", "redirect_uri": BACK,
           "code_challenge": "x", "code_challenge_method": "S256"}  # fmt: skip
    page = requests.get(f"{served.issuer}/authorize", params=ask, timeout=10)
    assert "Dữ liệu mẫu." in page.text and CITIZEN.name in page.text and OFFICIAL.name in page.text
    assert (
        "<script" not in page.text and "form-action 'self' http://testserver" in page.headers["Content-Security-Policy"]
    )
    english = requests.get(f"{served.issuer}/authorize", params={**ask, "ui_locales": "en"}, timeout=10)
    assert "Nobody here is real" in english.text


def test_a_client_with_a_secret_must_give_it(served, choose):
    back = "http://testserver/other"
    for secret, let_in in (("secret", True), ("wrong", False)):
        provider = OpenIdProvider(served.issuer, "other", secret)
        begun = provider.begin(redirect_uri=back, language="vi")
        answer = choose(begun.address, CITIZEN.subject)
        if let_in:
            assert provider.finish(begun=begun, redirect_uri=back, answer=answer, at=NOW).subject == CITIZEN.subject
        else:
            with pytest.raises(IdentityRefused, match="code"):
                provider.finish(begun=begun, redirect_uri=back, answer=answer, at=NOW)
