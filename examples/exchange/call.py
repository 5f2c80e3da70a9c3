"""A signed call through the exchange, in Python with one library (cryptography).

    python call.py settings.json

settings.json holds gateway, client, service, path, kid and the private key's file, as `maidinh exchange sandbox`
writes it.
"""

import base64
import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(identifier):
    return "/".join(quote(part, safe="") for part in identifier.split("/"))


settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
key = load_pem_private_key(Path(settings["key"]).read_bytes(), None)
target = f"/r1/{encoded(settings['service'])}{settings['path']}"
body = b""
now = int(time.time())

header = {"alg": "ES256", "kid": settings["kid"], "typ": "maidinh-call+jwt"}
claims = {
    "iss": settings["client"],
    "aud": settings["service"].split("/")[0],
    "iat": now,
    "exp": now + 300,
    "jti": str(uuid.uuid4()),  # never used before
    "htm": "GET",
    "htu": target,  # exactly as it is sent
    "bsh": base64url(hashlib.sha256(body).digest()),
}
signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
token = f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

request = urllib.request.Request(  # noqa: S310 - the gateway of the settings
    settings["gateway"] + target,
    headers={"X-Road-Client": encoded(settings["client"]), "Authorization": f"Bearer {token}"},
)
try:
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        print(answer.status, answer.headers["X-Road-Id"])
        print(answer.read().decode())
except urllib.error.HTTPError as refused:
    print(refused.status, refused.headers["X-Road-Id"], file=sys.stderr)
    print(refused.read().decode(), file=sys.stderr)  # type, message with the reason's word, id to ask about
    sys.exit(1)
