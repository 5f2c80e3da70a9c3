"""A key of the exchange changes with the directory, in the log, by whom may; never back, never in secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import TestCase

from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.keys.actions import adopt_keys
from maidinh.exchange.keys.queries import RegisteredKey, keys_of_holders, registered_keys
from maidinh.exchange.keys.rules import KeyRefused
from maidinh.governance.keyholding.actions import Proof, overlap, register_key, revoke_key, rotate_key
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.keys.client import SignerClient, SignerError
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.rules import read_leaf

pytestmark = pytest.mark.usefixtures("db")


class Office:
    """An administrator, and a system of the version in force with the key that the signer made."""

    def __init__(self, official: Callable[..., Actor], signer: Any, at: datetime) -> None:
        self.administrator, self.signer, self.at = official("exchange.manage-keys"), signer, at
        self.operator = SignerClient.for_caller(settings.MAIDINH.home, "operator")
        directory = current_directory()
        assert directory is not None
        # The signer keeps what a test made: who needs a name that nobody has taken yet takes a system of its own.
        self.system, self.agencys, self.lost, *_ = [each.id for each in directory.subsystems if each.keys]
        self.member = directory.members[0].code
        public = {each: signer.public(f"caller:{each}") for each in (self.system, self.agencys, self.lost)}
        public[self.member] = signer.public(f"member:{self.member}")
        adopt_keys(public_keys=public, at=at - timedelta(days=1))

    def does(self, action: Callable[..., RegisteredKey], actor: Actor | None = None, **given: Any) -> RegisteredKey:
        who = actor or self.administrator
        with acting(agencies=who.agencies, official=who.id):
            return action(actor=who, signer=self.signer, **{"at": self.at} | given)

    def keys(self, holder: str = "") -> dict[str, datetime | None]:
        """What the directory says of a holder's keys."""
        directory = current_directory()
        assert directory is not None
        wanted = holder or self.system
        places = {each.id: each.keys for each in directory.subsystems} | {
            each.code: each.keys for each in directory.members
        }
        return {each.kid: each.valid_to for each in places[wanted]}


@pytest.fixture
def office(official: Any, signer: Any, at: datetime) -> Office:
    return Office(official, signer, at)


def request_of(holder: str, key: ec.EllipticCurvePrivateKey) -> Proof:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())
    return Proof(request=made.public_bytes(Encoding.PEM))


def test_a_key_that_follows_another_holds_beside_it_for_the_overlap(office: Office) -> None:
    before = current_directory()
    row = office.does(rotate_key, holder=office.system)
    assert row.kid == f"caller:{office.system}/2"
    assert office.keys() == {row.kid: None, f"caller:{office.system}": office.at + overlap()}
    assert current_directory().serial == before.serial + 1
    changed = {"serial", "issued_at", "subsystems"}
    assert current_directory().model_dump(exclude=changed) == before.model_dump(exclude=changed)
    assert office.signer.public(row.kid) == row.public_key_pem
    with pytest.raises(KeyRefused, match="two keys"):
        office.does(rotate_key, holder=office.system)
    later = office.at + overlap()
    third = office.does(rotate_key, holder=office.system, at=later)
    assert third.kid == f"caller:{office.system}/3"
    assert set(office.keys()) == {row.kid, third.kid}


def test_a_members_ended_key_stays_for_what_it_signed(office: Office) -> None:
    second = office.does(rotate_key, holder=office.member)
    issued = x509.load_pem_x509_certificate(office.signer.certificate(second.kid).encode())
    assert issued.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == second.kid
    office.does(rotate_key, holder=office.member, at=office.at + overlap())
    assert set(office.keys(office.member)) == {f"member:{office.member}{end}" for end in ("", "/2", "/3")}
    member = next(each for each in current_directory().members if each.code == office.member)
    assert member.signing_key(office.at + overlap()) == f"member:{office.member}/3"


def test_an_agency_registers_its_own_key_and_the_sample_certifies_it(office: Office) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    system = office.agencys
    row = office.does(register_key, holder=system, proof=request_of(system, own))
    assert (row.custody, row.registered_by) == ("agency", office.administrator.id)
    directory = current_directory()
    found = next(each for each in directory.subsystems if each.id == system)
    assert {each.kid: each.custody for each in found.keys}[row.kid] == "agency"
    assert found.signing_key(office.at) == f"caller:{system}"  # what the platform still signs with
    issued = x509.load_pem_x509_certificate(office.signer.certificate(row.kid).encode())
    assert issued.public_key() == own.public_key()
    with pytest.raises(SignerError, match="unknown_key"):
        office.operator.sign(row.kid, b"x")
    with pytest.raises(KeyRefused, match="two keys"):
        office.does(register_key, holder=system, proof=request_of(system, own))
    with pytest.raises(KeyRefused, match="registered before"):
        office.does(register_key, holder=office.member, proof=request_of(office.member, own))


def test_a_revoked_key_is_in_no_directory_and_signs_nothing(office: Office) -> None:
    row = office.does(rotate_key, holder=office.lost)
    with TestCase.captureOnCommitCallbacks(execute=True):
        office.does(revoke_key, kid=row.kid, reason=" Lộ khóa ")
    assert set(office.keys(office.lost)) == {f"caller:{office.lost}"}
    with pytest.raises(SignerError, match="revoked"):
        office.operator.sign(row.kid, b"x")
    with pytest.raises(KeyRefused, match="revoked already"):
        office.does(revoke_key, kid=row.kid, reason="again")
    kept = registered_keys(office.lost).get(kid=row.kid)
    assert (kept.revoked_by, kept.reason) == (office.administrator.id, "Lộ khóa")


def test_whoever_is_left_without_a_key_gets_none_from_a_file(office: Office) -> None:
    office.does(revoke_key, kid=f"caller:{office.system}", reason="Lộ khóa")
    assert office.keys() == {}
    assert keys_of_holders(office.at)[office.system] == ()


def test_each_change_is_logged_told_and_recorded(office: Office) -> None:
    row = office.does(rotate_key, holder=office.system)
    office.does(revoke_key, kid=row.kid, reason="Lộ khóa")
    kinds = [read_leaf(bytes(each.leaf))["kind"] for each in Entry.objects.order_by("-pk")[:2]]
    assert kinds == ["exchange-key-revoked", "exchange-key-rotated"]
    told = Event.objects.filter(name="exchange.key_changed").order_by("pk")
    assert [each.payload["change"] for each in told] == ["rotated", "revoked"]


def test_what_is_wrong_is_told(office: Office, official: Any) -> None:
    for given, told in (
        ({"kid": "caller:none", "reason": "x"}, "no such key"),
        ({"kid": f"caller:{office.system}", "reason": " "}, "Say why"),
        ({"kid": f"caller:{office.system}", "reason": "x" * 401}, "400"),
    ):
        with pytest.raises(KeyRefused, match=told):
            office.does(revoke_key, **given)
    for holder in ("VN-15/GOV/NOBODY/none", "nobody"):
        with pytest.raises(KeyRefused, match="declares no such"):
            office.does(rotate_key, holder=holder)
    own = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(KeyRefused, match="is to come"):
        office.does(register_key, holder=office.system, proof=request_of(office.system, own), valid_to=office.at)
    with pytest.raises(KeyRefused, match="Give a certificate request"):
        office.does(register_key, holder=office.system, proof=Proof())
    for action, given in ((rotate_key, {"holder": office.system}), (revoke_key, {"kid": "x", "reason": "x"})):
        with pytest.raises(NotAllowed):
            office.does(action, actor=official("architecture.draft"), **given)


@pytest.mark.parametrize("statement", [
    "UPDATE keys_registeredkey SET valid_to = NULL WHERE kid = %s",
    "UPDATE keys_registeredkey SET valid_to = valid_to + interval '1 day' WHERE kid = %s",
    "UPDATE keys_registeredkey SET revoked_at = NULL, reason = '' WHERE kid = %s",
    "UPDATE keys_registeredkey SET public_key_pem = '' WHERE kid = %s",
    "DELETE FROM keys_registeredkey WHERE kid = %s",
])  # fmt: skip
def test_the_database_holds_it_too(office: Office, statement: str) -> None:
    office.does(rotate_key, holder=office.system)
    office.does(revoke_key, kid=f"caller:{office.system}", reason="Lộ khóa")
    kid = f"caller:{office.system}"
    with (
        pytest.raises(DatabaseError, match=r"never changed|permission denied"),
        transaction.atomic(),
        acting(agencies=["H38"]),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [kid])
