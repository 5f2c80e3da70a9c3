"""The signer process: who gets what signed, and that nothing else comes out of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient, SignerClient, SignerError, token_path
from maidinh.infrastructure.keys.identifiers import ALGORITHM_OF_KIND, KeyNameError, file_stem, key_of_stem, kind_of
from maidinh.infrastructure.keys.permissions import CALLERS, ONLY, PERMISSIONS, allowed

from .conftest import SERVE, start_signer, stop_signer

Clients = Callable[[str], SignerClient]


def verify_es256(pem: str, signature: bytes, message: bytes) -> None:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, EllipticCurvePublicKey)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))


def test_signatures_verify_with_the_published_key(client: Clients, home: Home) -> None:
    operator, gateway, worker = client("operator"), client("gateway"), client("worker")
    member, log = operator.create("member:H38.1"), operator.create("log:lao-cai")
    signature = gateway.sign("member:H38.1", b"record")
    assert len(signature) == 64
    verify_es256(member, signature, b"record")
    with pytest.raises(InvalidSignature):
        verify_es256(member, signature, b"recorD")
    key = load_pem_public_key(log.encode())
    assert isinstance(key, Ed25519PublicKey)
    key.verify(worker.sign("log:lao-cai", b"note"), b"note")
    assert (home.public_keys / "member@H38.1.pem").read_text() == member == gateway.public("member:H38.1")


def test_a_digest_is_signed_as_der(client: Clients) -> None:
    pem = client("operator").create("person:official-1")
    digest = hashlib.sha256(b"document").digest()
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, EllipticCurvePublicKey)
    key.verify(client("web").sign_digest("person:official-1", digest), digest, ECDSA(Prehashed(SHA256())))
    with pytest.raises(SignerError, match="invalid"):
        client("web").sign_digest("person:official-1", digest[:-1])


def test_creating_again_keeps_the_key(client: Clients) -> None:
    operator = client("operator")
    first = operator.create("promise:lao-cai")
    assert operator.create("promise:lao-cai") == first
    with pytest.raises(SignerError, match="conflict"):
        operator.create("promise:lao-cai", "ES256")
    many = operator.create_many(["promise:lao-cai", "member:A", "member:B"])
    assert many["promise:lao-cai"] == first
    assert many["member:A"] != many["member:B"]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("kind", sorted(ALGORITHM_OF_KIND))
@pytest.mark.parametrize("operation", ["sign", "sign_digest", "create", "certify", "revoke"])
def test_only_the_table_of_permissions_decides(client: Clients, caller: str, kind: str, operation: str) -> None:
    asking = client(caller)
    key = f"{kind}:absent-{operation}"
    statement = ONLY.get(caller, {}).get(kind)
    header = base64.urlsafe_b64encode(json.dumps({"typ": statement}).encode()).rstrip(b"=") + b"." if statement else b""
    message = base64.b64encode(header).decode()
    request = {"op": operation, "key": key, "message": message, "digest": "", "algorithm": "RSA"}
    with pytest.raises(SignerError) as refusal:
        asking._ask(request)
    permitted = kind in PERMISSIONS[caller].get(operation, frozenset())
    assert (refusal.value.code != "forbidden") is permitted


def test_the_gateway_cannot_sign_checkpoints_nor_the_worker_evidence(client: Clients) -> None:
    client("operator").create_many(["log:ninh-thuan", "member:H43", "person:official-2"])
    for caller, key in (("gateway", "log:ninh-thuan"), ("worker", "member:H43"), ("gateway", "person:official-2")):
        with pytest.raises(SignerError, match="forbidden"):
            client(caller).sign(key, b"x")
    with pytest.raises(SignerError, match="forbidden"):
        client("web").create("person:official-3")


@pytest.mark.parametrize(("caller", "operation", "key", "permitted"), [
    ("web", "sign", "caller:LC/GOV/H38/one-stop", True), ("web", "sign", "caller:LC/GOV/H38/land", False),
    ("web", "sign", "caller:LC/GOV/H38/one-stop.", False), ("web", "sign", "caller:one-stop/x", False),
    ("web", "sign", "person:official-1", False), ("web", "sign_digest", "person:official-1", True),
    ("web", "sign", "seal:H38", False), ("web", "sign_digest", "seal:H38", False),
    ("web", "sign", "promise:lao-cai", True), ("web", "sign", "architecture:lao-cai", True),
    ("gateway", "sign", "promise:lao-cai", False), ("gateway", "sign", "member:H38", True),
    ("worker", "sign", "promise:lao-cai", False), ("worker", "sign", "caller:LC/GOV/H38/one-stop", True),
    ("worker", "sign", "caller:LC/GOV/H38/land", False),
    ("worker", "sign", "log:lao-cai", True), ("nobody", "sign", "log:lao-cai", False),
])  # fmt: skip
def test_each_process_signs_with_what_it_uses(caller: str, operation: str, key: str, permitted: bool) -> None:
    assert allowed(caller, operation, key) is permitted


def test_each_signature_of_the_architecture_is_noted(own_home: Home) -> None:
    process = start_signer(own_home)
    for key in ("architecture:lao-cai", "promise:lao-cai"):
        SignerClient.for_caller(own_home, "operator").create(key)
        SignerClient.for_caller(own_home, "web").sign(key, b"a version")
    process.terminate()
    _, output = process.communicate(timeout=10)
    digest = hashlib.sha256(b"a version").hexdigest()
    assert [line for line in output.decode().splitlines() if digest in line] == [
        f"signer: web had architecture:lao-cai sign {digest}"
    ]


@pytest.mark.parametrize("key", ["log:../../etc/passwd\0", "nobody:x", "log", "log:", "member:a b", "member:\n", ""])
def test_a_name_that_is_no_key_is_refused(client: Clients, key: str) -> None:
    with pytest.raises(SignerError, match="invalid"):
        client("operator").create(key)


def test_file_names_lead_back_to_keys_and_nowhere_else() -> None:
    for key in ("caller:vn/gov/H38/portal", "member:..", "log:lao-cai", "person:a.b_c-d"):
        assert key_of_stem(file_stem(key)) == key
        assert "/" not in file_stem(key)
        assert kind_of(key) in ALGORITHM_OF_KIND
    assert key_of_stem("notes") is None
    assert key_of_stem("secret@x") is None
    with pytest.raises(KeyNameError):
        file_stem("member:x y")


def test_a_wrong_token_is_turned_away(home: Home, client: Clients) -> None:
    client("operator").create("member:H38.2")
    stranger = SignerClient(home.signer_socket, "guess", patience=0.2)
    with pytest.raises(SignerError, match="unauthenticated"):
        stranger.sign("member:H38.2", b"x")
    assert not stranger.ready()


def test_a_caller_without_greeting_gets_nothing(home: Home, client: Clients) -> None:
    client("operator").create("member:H38.3")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(home.signer_socket))
        connection.sendall(json.dumps({"op": "sign", "key": "member:H38.3", "message": ""}).encode() + b"\n")
        answer = json.loads(connection.makefile("rb").readline())
    assert answer["error"]["code"] == "unauthenticated"


def test_damaged_requests_get_an_answer_and_harm_nobody(home: Home, client: Clients) -> None:
    token = token_path(home, "operator").read_text().strip()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(home.signer_socket))
        stream = connection.makefile("rwb")
        stream.write(json.dumps({"op": "hello", "token": token}).encode() + b"\n")
        for line in (b"{", b"[]", b"{}", b'{"op":"sign"}', b'{"op":"batch","requests":[1]}', b'{"op":7,"key":"log:x"}'):
            stream.write(line + b"\n")
        stream.flush()
        assert json.loads(stream.readline()) == {"caller": "operator"}
        codes = {json.loads(stream.readline())["error"]["code"] for _ in range(6)}
    assert codes == {"invalid", "forbidden"}
    assert client("operator").ready()


def test_keys_and_tokens_lie_where_only_their_owner_reads(home: Home, client: Clients) -> None:
    client("operator").create("member:H38.4")
    private = list(home.private_keys.glob("*.pem"))
    assert private
    for path in (*private, *home.secrets.iterdir(), home.signer_socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(home.private_keys.stat().st_mode) == 0o700
    assert not any(b"PRIVATE" in path.read_bytes() for path in home.public_keys.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_turned_away_even_with_the_token(own_home: Home) -> None:
    process = start_signer(own_home)
    try:
        own_home.signer_socket.chmod(0o666)
        token = token_path(own_home, "operator").read_text().strip()
        ask = (
            "import os, socket, sys; s = socket.socket(socket.AF_UNIX); os.chdir(sys.argv[1]); "
            "os.setgid(65534); os.setuid(65534); s.connect('signer.sock'); "
            "s.sendall(sys.argv[2].encode() + b'\\n'); print(s.makefile().readline())"
        )
        hello = json.dumps({"op": "hello", "token": token})
        done = subprocess.run(
            [sys.executable, "-c", ask, str(own_home.run), hello], capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout)["error"]["code"] == "unauthenticated"
    finally:
        stop_signer(process)


def test_a_revoked_key_signs_no_more_even_after_a_restart(own_home: Home) -> None:
    process = start_signer(own_home)
    operator = SignerClient.for_caller(own_home, "operator")
    gateway = SignerClient.for_caller(own_home, "gateway")
    operator.create("member:H38")
    gateway.sign("member:H38", b"x")
    operator.revoke("member:H38")
    with pytest.raises(SignerError, match="revoked"):
        gateway.sign("member:H38", b"x")
    stop_signer(process)
    process = start_signer(own_home)
    try:
        with pytest.raises(SignerError, match="revoked"):
            gateway.sign("member:H38", b"x")
    finally:
        stop_signer(process)


def test_killed_and_restarted_it_has_its_keys_and_clients_go_on(own_home: Home) -> None:
    process = start_signer(own_home)
    operator = SignerClient.for_caller(own_home, "operator")
    gateway = SignerClient.for_caller(own_home, "gateway")
    pem = operator.create("member:H38")
    gateway.sign("member:H38", b"before")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert own_home.signer_socket.exists()  # the stale socket must not be in the way
    process = start_signer(own_home)
    try:
        verify_es256(pem, gateway.sign("member:H38", b"after"), b"after")
    finally:
        stop_signer(process)
    assert not own_home.signer_socket.exists()
    with pytest.raises(SignerError, match="unavailable"):
        SignerClient.for_caller(own_home, "gateway", patience=0.1).sign("member:H38", b"x")


def test_a_second_signer_is_refused(own_home: Home) -> None:
    process = start_signer(own_home)
    try:
        argv = [sys.executable, "-c", SERVE, str(own_home.root)]
        second = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert second.returncode != 0
        assert "another signer serves" in second.stderr
        assert SignerClient.for_caller(own_home, "operator").ready()
    finally:
        stop_signer(process)


def test_threads_share_a_client(client: Clients) -> None:
    pem = client("operator").create("member:threads")
    gateway = client("gateway")
    faults: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for turn in range(25):
                message = f"{name}/{turn}".encode()
                verify_es256(pem, gateway.sign("member:threads", message), message)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_a_forked_child_opens_its_own_connection(client: Clients) -> None:
    client("operator").create("member:fork")
    gateway = client("gateway")
    gateway.sign("member:fork", b"x")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if len(gateway.sign("member:fork", b"y")) == 64 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(gateway.sign("member:fork", b"z")) == 64


def test_many_asynchronous_requests_each_get_their_own_answer(client: Clients, home: Home) -> None:
    pem = client("operator").create("member:async")

    async def work() -> None:
        gateway = AsyncSignerClient.for_caller(home, "gateway")
        messages = [f"{number}".encode() for number in range(200)]
        signatures = await asyncio.gather(*(gateway.sign("member:async", message) for message in messages))
        for message, signature in zip(messages, signatures, strict=True):
            verify_es256(pem, signature, message)
        with pytest.raises(SignerError, match="forbidden"):
            await gateway.sign("log:lao-cai", b"x")
        await gateway.close()
        assert len(await gateway.sign("member:async", b"after close")) == 64
        await gateway.close()

    asyncio.run(work())


def test_the_asynchronous_client_outlives_a_killed_signer(own_home: Home) -> None:
    process = start_signer(own_home)
    SignerClient.for_caller(own_home, "operator").create("member:H38")

    async def work() -> None:
        nonlocal process
        gateway = AsyncSignerClient.for_caller(own_home, "gateway")
        await gateway.sign("member:H38", b"x")
        process.kill()
        await asyncio.to_thread(process.communicate)
        pending = asyncio.create_task(gateway.sign("member:H38", b"y"))
        process = await asyncio.to_thread(start_signer, own_home)
        assert len(await pending) == 64
        await gateway.close()

    try:
        asyncio.run(work())
    finally:
        stop_signer(process)


def test_an_agency_signs_contracts_by_a_page_and_evidence_by_the_gateway_alone(client: Clients) -> None:
    client("operator").create("member:H38.9")

    def statement(kind: str, **more: Any) -> bytes:
        header = json.dumps({"alg": "ES256", "kid": "member:H38.9", "typ": kind} | more).encode()
        return base64.urlsafe_b64encode(header).rstrip(b"=") + b".e30"

    agreement = statement("maidinh-agreement+jws")
    for caller in ("web", "operator", "gateway"):
        assert len(client(caller).sign("member:H38.9", agreement)) == 64
    others = (
        statement("maidinh-evidence+jws"), statement("JWT"), statement("maidinh-agreement+jwsx"), b"", b".", b"record",
        agreement.partition(b".")[0], b"!" + agreement, b"bnVsbA.e30", b"W10.e30",
    )  # fmt: skip
    for caller in ("web", "operator"):
        for other in others:
            with pytest.raises(SignerError) as refusal:
                client(caller).sign("member:H38.9", other)
            assert refusal.value.code == "forbidden", other
