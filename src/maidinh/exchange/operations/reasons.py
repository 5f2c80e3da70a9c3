"""Why a call did not go through, in words, and what mends it: one text for each stable word of the records.

Layer 6, pure. The texts are English and marked for translation; whoever tells them says them in the reader's language.
docs/reference/exchange-protocol.md lists the words; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass


def N_(text: str) -> str:  # noqa: N802 - marks a text for translation
    """The text itself; it is translated where it is told."""
    return text


@dataclass(frozen=True)
class Reason:
    """What happened, and what to do."""

    says: str
    remedy: str


DECLARE = N_(
    "Declare the connection in a project, or in a draft of the architecture; its agencies sign it at /contracts."
)
MEND_CALL = N_("Mend the call in the calling system; the protocol's page says what it must look like.")
MEND_TOKEN = N_("Sign each call anew, over exactly the method, address and body that are sent.")
ASK_PROVIDER = N_("Ask the agency that runs the service. A call that only reads can be made again.")
PUBLISH = N_("Start the installation with maidinh up, which renews the directory, or publish a version.")
KEY = N_("Register the key that the system signs with, or let it sign with a key that is valid.")
LATER = N_("Make the call again later.")
OUR_OUTPUT = N_("Look at maidinh doctor and at the gateway's output on the machine.")
CLOCK = N_("Set the clock of the calling machine, and sign each call when it is sent.")
ZONE = N_("Call from the declared zone, or declare the other one in a draft of the architecture.")
MEND_ANSWER = N_("The service's agency mends its answer, or publishes an interface that says what it answers.")

REASONS: dict[str, Reason] = {
    "invalid_address": Reason(N_("The address is not one of the exchange."), MEND_CALL),
    "invalid_identifier": Reason(N_("A part of an identifier is empty or not allowed."), MEND_CALL),
    "invalid_header": Reason(N_("A header stands there twice or cannot be read."), MEND_CALL),
    "invalid_message": Reason(N_("The message cannot be read."), MEND_CALL),
    "invalid_query": Reason(N_("The question about services cannot be read."), MEND_CALL),
    "invalid_parameters": Reason(N_("The question about services cannot be read."), MEND_CALL),
    "missing_parameter": Reason(N_("The question about services lacks a part."), MEND_CALL),
    "missing_service_code": Reason(N_("The message names no service."), MEND_CALL),
    "malformed_http": Reason(N_("What came is no HTTP request."), MEND_CALL),
    "missing_service": Reason(N_("The message names no service."), MEND_CALL),
    "invalid_xml": Reason(N_("The message is no XML that is accepted."), MEND_CALL),
    "invalid_envelope": Reason(N_("The SOAP envelope is not one of the protocol."), MEND_CALL),
    "invalid_version": Reason(N_("The message is of another version of the protocol."), MEND_CALL),
    "invalid_body": Reason(N_("The body of the message is not one that the protocol knows."), MEND_CALL),
    "invalid_wsdl": Reason(N_("The service's interface cannot be read."), MEND_ANSWER),
    "answer_to_another_request": Reason(N_("The service answered another request."), MEND_ANSWER),
    "wrong_action": Reason(N_("The message asks for another operation than its header says."), MEND_CALL),
    "other_protocol": Reason(
        N_("The service does not speak the protocol of this call."),
        N_("Call it by its own, REST or SOAP: docs/reference/exchange-soap.md"),
    ),
    "body_incomplete": Reason(N_("The body did not arrive whole."), LATER),
    "missing_client": Reason(N_("The header X-Road-Client is missing."), MEND_CALL),
    "invalid_client": Reason(N_("The header X-Road-Client names no system."), MEND_CALL),
    "invalid_method": Reason(N_("The protocol does not know this method."), MEND_CALL),
    "request_too_large": Reason(N_("The request is larger than the exchange takes."), MEND_CALL),
    "unsigned": Reason(N_("The call is not signed."), MEND_TOKEN),
    "malformed_token": Reason(N_("The signature of the call cannot be read."), MEND_TOKEN),
    "algorithm_refused": Reason(N_("The call is signed with an algorithm that is not accepted."), MEND_TOKEN),
    "header_refused": Reason(N_("The signature brings a key of its own, which nobody may."), MEND_TOKEN),
    "wrong_kind": Reason(N_("What was signed is no call."), MEND_TOKEN),
    "unknown_key": Reason(N_("The system has no such key, or it is not valid now."), KEY),
    "key_revoked": Reason(N_("The system's key was revoked while its call was under way."), KEY),
    "unknown_certificate": Reason(N_("The certificate is of no key that this system has."), KEY),
    "certificate_expired": Reason(N_("The certificate is not valid now."), KEY),
    "certificate_revoked": Reason(
        N_("The authority that issued the certificate took it back."),
        N_("Ask that authority why. Then let the system show a certificate that holds, over a key that is registered."),
    ),
    "revocation_unknown": Reason(
        N_("Whether the certificate still holds could not be asked of its authority for too long."),
        N_("Look at maidinh exchange status: which list does not come. Its authority mends it, or the settings do."),
    ),
    "bad_signature": Reason(N_("The signature does not hold."), MEND_TOKEN),
    "missing_claim": Reason(N_("The signature does not say all that it must."), MEND_TOKEN),
    "wrong_issuer": Reason(N_("The call names another system than the one that signed it."), MEND_TOKEN),
    "wrong_audience": Reason(N_("The call was signed for another exchange."), MEND_TOKEN),
    "wrong_method": Reason(N_("Another method was signed than was sent."), MEND_TOKEN),
    "wrong_address": Reason(N_("Another address was signed than was sent."), MEND_TOKEN),
    "wrong_body": Reason(N_("Another body was signed than was sent."), MEND_TOKEN),
    "expired": Reason(N_("The signature is too old."), CLOCK),
    "from_the_future": Reason(N_("The signature is from a time that has not come."), CLOCK),
    "replayed": Reason(N_("This signature was used before."), MEND_TOKEN),
    "unknown_consumer": Reason(N_("The calling system is not declared."), DECLARE),
    "unknown_member": Reason(N_("One of the two agencies is not on the exchange."), DECLARE),
    "unknown_instance": Reason(N_("The call is for another exchange."), MEND_CALL),
    "no_directory": Reason(N_("No published directory is in force here."), PUBLISH),
    "directory_expired": Reason(N_("The directory has expired; every call is refused."), PUBLISH),
    "directory_not_yet_valid": Reason(
        N_("The directory does not hold yet."), N_("Set the clock of the gateway's machine.")
    ),
    "unknown_service": Reason(N_("The service is not declared."), DECLARE),
    "no_contract": Reason(N_("No contract of the version in force lets this system call this service."), DECLARE),
    "no_interface": Reason(N_("The service has published no interface."), MEND_CALL),
    "contract_expired": Reason(N_("The contract has ended."), DECLARE),
    "contract_not_yet_valid": Reason(
        N_("The contract does not begin before its first day."), N_("Call from that day on.")
    ),
    "contract_not_signed": Reason(
        N_("The contract is declared, but not every agency has signed exactly this text."),
        N_("Its agencies sign it at /contracts; the exchange follows at once."),
    ),
    "operation_not_in_contract": Reason(N_("The contract does not hold this method and path."), DECLARE),
    "wrong_zone": Reason(N_("The call comes from another network zone than the system is declared in."), ZONE),
    "address_refused": Reason(
        N_("The service's address lies where the exchange sends nothing."),
        N_("Declare the networks in which the service lies, or correct its address."),
    ),
    "unsafe_path": Reason(
        N_("Two servers could read this path differently."), N_("Write the path without . and .. steps.")
    ),
    "quota_exceeded": Reason(
        N_("The contract's quota is used up."), N_("Call again after the time in Retry-After, or agree a larger quota.")
    ),
    "circuit_open": Reason(N_("The service failed several times in a row; nothing is sent to it for a while."), LATER),
    "request_not_valid": Reason(N_("The request does not fit the published interface."), MEND_CALL),
    "response_not_valid": Reason(N_("The answer does not fit the published interface."), MEND_ANSWER),
    "response_not_cut": Reason(N_("The answer could not be cut to the fields of the contract."), MEND_ANSWER),
    "invalid_answer": Reason(N_("The service's answer cannot be read."), MEND_ANSWER),
    "service_unreachable": Reason(N_("The service could not be reached."), ASK_PROVIDER),
    "service_timeout": Reason(N_("The service did not answer in time."), ASK_PROVIDER),
    "response_too_large": Reason(N_("The answer is larger than the exchange takes."), MEND_ANSWER),
    "signing_failed": Reason(N_("The evidence could not be signed."), OUR_OUTPUT),
    "log_unavailable": Reason(N_("The call could not be logged, so it was not answered."), OUR_OUTPUT),
    "no_room": Reason(N_("The gateway has no room to keep a body."), OUR_OUTPUT),
    "internal_error": Reason(N_("The gateway failed in a way that nobody foresaw."), OUR_OUTPUT),
    "no_evidence": Reason(N_("There is no evidence under this id."), MEND_CALL),
    "not_found": Reason(N_("There is nothing under this address."), MEND_CALL),
    "not_unique": Reason(N_("Several exchanges have this id."), MEND_CALL),
    "not_yet_proved": Reason(N_("The log does not prove it yet."), LATER),
}
OTHERWISE = Reason(
    N_("The exchange does not let this call through."),
    N_("What the word means: docs/reference/exchange-protocol.md"),
)


def reason_for(word: str) -> Reason:
    """What a word of the records says; a word that is new here says no more than that it was refused."""
    return REASONS.get(word, OTHERWISE)
