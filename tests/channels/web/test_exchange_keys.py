"""Keys of the exchange in the browser: who has which, a new one, an agency's own, one that is revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.test import Client

from maidinh.channels.web.exchange_keys import ending_soon
from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.keys.actions import adopt_keys
from maidinh.exchange.keys.queries import registered_keys
from maidinh.infrastructure.actor import Actor

LIST = "/exchange/keys"


class Desk:
    """An administrator's browser, and a system with its first key."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor], signer: Any, at: Any):
        self.actor, self.client, self.at = official("exchange.manage-keys"), Client(), at
        sign_in_as(self.client, self.actor)
        self.client.cookies["django_language"] = "en"
        directory = current_directory()
        assert directory is not None
        everyone = {each.id: f"caller:{each.id}" for each in directory.subsystems if each.keys}
        everyone |= {each.code: f"member:{each.code}" for each in directory.members}
        adopt_keys(public_keys={holder: signer.public(kid) for holder, kid in everyone.items()}, at=at)
        self.system = next(each for each in directory.subsystems if each.keys)
        self.member = directory.members[0]

    def page(self, address: str, status: int = 200, **query: str) -> str:
        answer = self.client.get(address, query)
        assert answer.status_code == status, (address, answer.status_code)
        return answer.content.decode()

    def post(self, address: str, status: int = 302, **data: str) -> str:
        answer = self.client.post(address, data)
        assert answer.status_code == status, (answer.get("Location"), answer.content.decode()[:500])
        return answer["Location"] if status == 302 else answer.content.decode()


@pytest.fixture
def desk(
    db: None, sign_in_as: Any, official: Callable[..., Actor], signer: Any, at: datetime, monkeypatch: Any
) -> Desk:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Desk(sign_in_as, official, signer, at)


def request_for(name: str, key: Any = None) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return made.sign(key or ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.PEM).decode()


def test_the_list_names_every_holder_with_its_keys(desk: Desk) -> None:
    html = desk.page(LIST, q=desk.system.id)
    assert desk.system.name in html and f"caller:{desk.system.id}" in html
    assert "The platform&#39;s signer" in html and "in force" in html and "no end" in html
    assert f"member:{desk.member.code}" in desk.page(LIST, q=desk.member.name, kind="member")
    assert "There is none of these" in desk.page(LIST, kind="soon")
    assert "There is none of these" in desk.page(LIST, q="nobody at all")
    assert ending_soon(desk.actor, desk.at) == len([each for each in current_directory().subsystems if not each.keys])


def test_a_new_key_is_made_and_a_third_is_refused_in_words(desk: Desk) -> None:
    page = desk.page(f"{LIST}/rotate", holder=desk.system.id)
    assert "holds for 7 days more" in page
    assert desk.post(f"{LIST}/rotate", holder=desk.system.id) == f"{LIST}?done=rotated"
    assert registered_keys(desk.system.id).count() == 2
    html = desk.page(LIST, q=desk.system.id, done="rotated")
    assert "The new key is in use" in html and "Two keys hold now" in html
    refused = desk.post(f"{LIST}/rotate", 422, holder=desk.system.id)
    assert "There is a problem" in refused and "This holder has two keys already" in refused


def test_an_agencys_own_key_is_registered_and_what_was_typed_stays_on_an_error(desk: Desk) -> None:
    holder = desk.system.id
    assert f"/CN={holder.replace('/', chr(92) + '/')}" in desk.page(f"{LIST}/register", holder=holder)
    for text, told in (
        (request_for("somebody/else"), "The common name of the request must be"),
        ("Không phải yêu cầu", "This is no certificate request"),
        ("x" * 17_000, "This is no certificate request"),
        ("", "Paste the certificate request"),
    ):
        html = desk.post(f"{LIST}/register", 422, holder=holder, request=text)
        assert told in html and 'href="#request"' in html
        assert text.splitlines()[1:2] == [] or text.splitlines()[1] in html
    assert desk.post(f"{LIST}/register", holder=holder, request=request_for(holder)) == f"{LIST}?done=registered"
    assert "The agency itself" in desk.page(LIST, q=holder)


def test_a_key_is_revoked_with_a_reason(desk: Desk) -> None:
    kid = f"member:{desk.member.code}"
    page = desk.page(f"{LIST}/revoke", key=kid)
    assert "It is the last key" in page and "signs them again" in page
    refused = desk.post(f"{LIST}/revoke", 422, key=kid, reason=" ")
    assert "Say why the key is revoked" in refused
    assert desk.post(f"{LIST}/revoke", key=kid, reason="Lộ khóa") == f"{LIST}?done=revoked"
    html = desk.page(LIST, q=desk.member.name, kind="none")
    assert "key revoked" in html and "Lộ khóa" in html and "without a key" in html
    public = desk.client.get("/keys").content.decode()
    assert "key revoked" in public and kid in public.partition("key revoked")[0]
    again = desk.post(f"{LIST}/revoke", 422, key=kid, reason="Lộ khóa")
    assert "This key is revoked already" in again


def test_who_and_what_there_is_not_is_not_found(desk: Desk) -> None:
    for address, query in ((f"{LIST}/rotate", {"holder": "none"}), (f"{LIST}/register", {}), (f"{LIST}/revoke", {})):
        desk.page(address, 404, **query)


def test_others_may_not(sign_in_as: Any, official: Any, desk: Desk) -> None:
    other = Client()
    sign_in_as(other, official("connection.withdraw"))
    assert other.get(LIST).status_code == 403
    assert other.post(f"{LIST}/rotate", {"holder": desk.system.id}).status_code == 403
    assert Client().get(LIST).status_code == 302
