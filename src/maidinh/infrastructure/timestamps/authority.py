"""The stand-in time-stamping authority of a sample: like a real one (RFC 3161), and its certificate says SAMPLE.

Layer 7, pure. Its key lies with the signer like every other; its certificate is issued by the sample authority. The
time is passed in. Nobody should take a token of it for proof of anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

POLICY = "2.999.1"  # an arc of ISO's for examples
DIGESTS = {"sha256": 32, "sha384": 48, "sha512": 64}
ACCURACY_SECONDS = 1

SignDigest = Callable[[bytes], bytes]


def answer_query(query: bytes, *, certificates: str, sign: SignDigest, serial: int, at: datetime) -> bytes:
    """The answer to a query: a token, or a refusal with its reason.

    `certificates` is the authority's own and its issuer's (PEM); `sign` makes the DER ECDSA signature of a SHA-256.
    """
    try:
        asked = tsp.TimeStampReq.load(query, strict=True)
        imprint = asked["message_imprint"]
        name = imprint["hash_algorithm"]["algorithm"].native
        digest = imprint["hashed_message"].native
        nonce, policy, with_certificate = asked["nonce"].native, asked["req_policy"].native, asked["cert_req"].native
        extended = bool(asked["extensions"].native)
    except (ValueError, TypeError, KeyError):
        return _refusal("bad_data_format")
    if name not in DIGESTS or len(digest) != DIGESTS[name]:
        return _refusal("bad_alg")
    if policy not in (None, POLICY):
        return _refusal("unaccepted_policy")
    if extended:
        return _refusal("unaccepted_extension")
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": serial,
            "gen_time": at.astimezone(UTC).replace(microsecond=0),
            "accuracy": {"seconds": ACCURACY_SECONDS},
            "ordering": False,
            **({} if nonce is None else {"nonce": nonce}),
        }
    )
    token = _token(info, certificates, sign, at, with_certificate=with_certificate)
    return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())


def _token(
    info: tsp.TSTInfo, certificates: str, sign: SignDigest, at: datetime, *, with_certificate: bool
) -> cms.ContentInfo:
    chain = [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(certificates.encode("ascii"))]
    own = asn1_x509.Certificate.load(chain[0])
    content = info.dump()
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    attributes = cms.CMSAttributes(
        [
            _attribute("content_type", "tst_info"),
            _attribute("signing_time", cms.Time({"utc_time": at.astimezone(UTC).replace(microsecond=0)})),
            _attribute("message_digest", hashlib.sha256(content).digest()),
            _attribute(
                "signing_certificate_v2",
                tsp.SigningCertificateV2(
                    {"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(chain[0]).digest()})]}
                ),
            ),
        ]
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}}
            ),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": sign(hashlib.sha256(attributes.untag().dump()).digest()),
        }
    )
    signed: dict[str, object] = {
        "version": "v3",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
        "signer_infos": [signer],
    }
    if with_certificate:
        signed["certificates"] = [asn1_x509.Certificate.load(each) for each in chain]
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def _refusal(reason: str) -> bytes:
    status = bytes(tsp.PKIStatusInfo({"status": "rejection", "fail_info": {reason}}).dump())
    return b"\x30" + bytes([len(status)]) + status  # a response without its optional token
