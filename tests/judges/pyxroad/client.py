"""A system that calls through the exchange with pyxroad. Runs in the judge's own environment, which knows no maidinh.

    python client.py GATEWAY CLIENT SERVICE KEY KID MOMENT NAME=VALUE...

All that a SOAP client needs besides is the class Signed: twenty lines that put a token into each request.
"""

import base64
import hashlib
import json
import sys
import uuid
from pathlib import Path

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from XRoad import Transport, XClient
from zeep.exceptions import Fault


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signed(requests.auth.AuthBase):
    """Signs each request with the caller's own key (ES256)."""

    def __init__(self, subsystem: str, key_file: str, kid: str, moment: int) -> None:
        self.subsystem, self.kid, self.moment = subsystem, kid, moment
        self.key = serialization.load_pem_private_key(Path(key_file).read_bytes(), None)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        header = {"alg": "ES256", "kid": self.kid, "typ": "maidinh-call+jwt"}
        claims = {
            "iss": self.subsystem, "aud": self.subsystem.partition("/")[0], "iat": self.moment,
            "exp": self.moment + 60, "jti": str(uuid.uuid4()), "htm": request.method, "htu": request.path_url,
            "bsh": base64url(hashlib.sha256(body.encode() if isinstance(body, str) else body).digest()),
        }  # fmt: skip
        signed = ".".join(base64url(json.dumps(each).encode()) for each in (header, claims))
        r, s = utils.decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        token = f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        request.headers["Authorization"] = f"Bearer {token}"
        return request


def main(gateway: str, client: str, service: str, key: str, kid: str, moment: str, *values: str) -> None:
    session = requests.Session()
    session.trust_env = False
    session.auth = Signed(client, key, kid, int(moment))
    caller = XClient(gateway, client, service, transport=Transport(session=session))
    try:
        said = caller.request(**dict(each.split("=", 1) for each in values))
    except Fault as fault:
        inner = fault.message  # pyxroad puts the fault into another one
        print(json.dumps({"fault": inner.code, "text": inner.message}))
        return
    print(json.dumps({"header": said["header"], "body": said["body"]}, ensure_ascii=False, default=str))


main(*sys.argv[1:])
