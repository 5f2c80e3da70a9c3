"""The exchange on its pages: a contract proposed, signed and refused; a system's keys; and the citizen who looks.

The officials sit at desks, the citizen holds a phone. The keys are those of the very system that reads for the citizen.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from maidinh.governance.architecture.rules import instance_of, service_ids, subsystem_ids, with_agency_codes
from maidinh.infrastructure.translog.trust import read_keys
from maidinh.infrastructure.translog.verification import verdict, verify_receipt

from . import citizens
from .officials import Desks
from .running import RunningProvince
from .visits import Visit

CALLING, CALLED, READING = "land-register", "population-interface", "one-stop-population"
PURPOSE, REASON = "Đối chiếu chủ sử dụng đất.", "Mục đích chưa nêu rõ, cần thu hẹp."
PROVED_WITHIN = 30.0  # seconds after the reading
LOST = "Máy giữ khóa cũ đã bị thay."
NO_REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----"


def test_a_contract_is_signed_by_one_agency_after_the_other_and_another_is_refused(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    desks, ends = Desks(visit, running, sessions), _ends(running)
    calling, providing = (desks.seat(_leader(running, each)) for each in ends["agencies"])
    calling.open("/desk")
    calling.follow(calling.main.locator("a[href='/contracts']").first)
    calling.follow("Propose a contract")
    calling.press("Propose this text", expected=422)
    expect(calling.main.locator(".govuk-error-summary li")).to_have_count(8)
    wanted = _proposed(calling, ends, fields="personal_number full_name")
    expect(_access(calling)).to_contain_text(calling.words("gains access"))
    expect(_access(calling)).to_contain_text("full_name, personal_number")
    calling.says("Họ và tên (full_name)")
    _signed(calling, wanted)
    expect(_side(calling, 0)).to_contain_text(calling.words("signed"))
    expect(_side(calling, 1)).to_contain_text(calling.words("not answered yet"))

    providing.open("/contracts")
    providing.follow(providing.main.locator(f"#waiting ~ ul a[href='{wanted}']"))
    providing.says(PURPOSE)
    providing.press("Sign", expected=422)
    expect(providing.main.locator(".govuk-error-summary a[href='#read']")).to_be_visible()
    _signed(providing, wanted)
    providing.says(providing.words("Your agency has signed."))
    for place in (0, 1):
        expect(_side(providing, place)).to_contain_text(providing.words("signed"))
    receipt = providing.download(_side(providing, 1).locator("a[download]"))
    assert _holds(receipt, running)

    _refused(calling, providing, _proposed(calling, ends, fields=""))


def test_the_administrator_replaces_and_revokes_the_key_of_the_portal_and_a_citizen_sees_what_it_read(
    run_province: Callable[[str], RunningProvince],
    visit: Callable[..., Visit],
    sessions: dict[Any, Any],
    tmp_path: Path,
) -> None:
    running = run_province("vinh-phuc")
    officials = running.province.organisations.officials
    administrator = next(each for each in officials if "administrator" in each.roles)
    _keys_changed(Desks(visit, running, sessions).seat(administrator), _ends(running)["portal"])
    citizen = visit(running)
    _prefilled(citizen, running)
    receipt = _seen(citizen, running)
    keys = _public_keys(citizen, tmp_path)
    assert _holds(receipt, running, keys)
    assert READING.encode() in receipt
    assert not _holds(receipt.replace(READING.encode(), b"another-contract"), running, keys)


def _ends(running: RunningProvince) -> dict[str, Any]:
    """The two ends of a contract that nobody declares, whose they are, and the system that reads for citizens."""
    province = running.province
    model, instance = (
        with_agency_codes(province.newest, province.organisations),
        instance_of(province.organisations.code),
    )
    systems, owners = subsystem_ids(model, instance), {each.id: each.owner for each in model.elements}
    return {
        "consumer": systems[CALLING], "service": service_ids(model, instance)[CALLED], "portal": systems["one-stop"],
        "agencies": (owners[CALLING], owners[CALLED]),
    }  # fmt: skip


def _proposed(leader: Visit, ends: dict[str, Any], *, fields: str) -> str:
    """A text from the form; where it is."""
    leader.open("/contracts/new")
    leader.main.locator("[name='id']").fill("land-population")
    for name in ("consumer", "service"):
        leader.main.locator(f"[name='{name}']").select_option(ends[name])
    for name, text in {"methods": "GET /persons/*", "fields": fields, "purpose": PURPOSE,
                       "legal_basis": "Nghị định 47/2020/NĐ-CP, điều 35", "per_minute": "60"}.items():  # fmt: skip
        leader.main.locator(f"[name='{name}']").fill(text)
    today = date.today()
    for name, year in (("valid_from", today.year), ("valid_to", today.year + 1)):
        for part, value in (("day", 1 if name == "valid_to" else today.day), ("month", today.month), ("year", year)):
            leader.main.locator(f"[name='{name}-{part}']").fill(str(value))
    leader.press("Propose this text")
    leader.says(leader.words("The text is proposed. Each side signs it now, yours too."))
    return leader.path.partition("?")[0]


def _signed(leader: Visit, contract: str) -> None:
    leader.open(contract)
    leader.field(leader.words("I have read the text above and sign it for my agency")).check()
    leader.press("Sign")


def _refused(calling: Visit, providing: Visit, contract: str) -> None:
    """Without a reason it is not declined; the reason is read on the other side, and nobody can sign any more."""
    providing.open(contract)
    providing.press("Decline", expected=422)
    expect(providing.main.locator(".govuk-error-summary a[href='#reason']")).to_be_visible()
    providing.main.locator("[name='reason']").fill(REASON)
    providing.press("Decline")
    providing.says(providing.words("Your agency has declined the text."))
    calling.open(contract)
    expect(_side(calling, 1)).to_contain_text(REASON)
    expect(calling.main.locator("#access")).to_have_count(0)
    calling.says(calling.words("This text can be signed no more. Another one can be proposed."))
    expect(calling.main.locator("form[action$='/sign']")).to_have_count(0)
    calling.open("/contracts?state=declined")
    expect(calling.main.locator(f"article a[href='{contract}']")).to_have_count(1)


def _keys_changed(seat: Visit, portal: str) -> None:
    """A wrong key is refused at its field; a new one follows the one in use, and that one is revoked."""
    seat.open("/desk")
    seat.follow(seat.main.locator("a[href='/exchange/keys']").first)
    card = _found(seat, portal)
    seat.follow(card.locator("a[href*='/register']"))
    seat.main.locator("[name='request']").fill(NO_REQUEST)
    seat.press("Register the key", expected=422)
    expect(seat.main.locator(".govuk-error-summary a[href='#request']")).to_be_visible()
    expect(seat.main.locator("[name='request']")).to_have_value(NO_REQUEST)
    card = _found(seat, portal)
    before = card.locator("a[href*='/revoke']")
    expect(before).to_have_count(1)
    old = str(before.get_attribute("href"))
    seat.follow(card.locator("a[href*='/rotate']"))
    seat.press("Make the new key")
    seat.says(seat.words("The new key is in use. The one before holds some days more."))
    card = _found(seat, portal)
    expect(card.locator("a[href*='/revoke']")).to_have_count(2)
    expect(card.locator("a[href*='/rotate']")).to_have_count(0)
    seat.follow(card.locator(f"a[href='{old}']"))
    seat.press("Revoke the key", expected=422)
    expect(seat.main.locator(".govuk-error-summary a[href='#reason']")).to_be_visible()
    seat.main.locator("[name='reason']").fill(LOST)
    seat.press("Revoke the key")
    seat.says(seat.words("The key is revoked. The exchange refuses it within seconds."))
    card = _found(seat, portal)
    expect(card.locator("a[href*='/revoke']")).to_have_count(1)
    card.locator("summary").click()
    expect(card.locator("details")).to_contain_text(LOST)
    expect(card.locator("details")).to_contain_text(seat.words("key revoked"))


def _prefilled(citizen: Visit, running: RunningProvince) -> None:
    """A form that knows who the citizen is: the portal asked the register, with its new key."""
    procedure = next(each for each in running.province.procedures if each.code == "1.008128")
    person = running.province.population.personas[1]
    citizens.find(citizen, procedure)
    citizens.begin(citizen, procedure, person.full_name, procedure.receiving[0])
    citizen.heading(procedure.pages[0].title.in_language(citizen.language))
    citizen.says(person.full_name)


def _seen(citizen: Visit, running: RunningProvince) -> bytes:
    """Which agency read what, when, under which contract; the proof of the newest reading."""
    citizen.open("/")
    citizen.follow("Who read my data")
    contract = next(each.contract for each in running.province.newest.relations
                    if each.contract and each.contract.id == READING)  # fmt: skip
    portal = next(each for each in running.province.newest.elements if each.id == "one-stop")
    agency = next(each for each in running.province.organisations.agencies if portal.owner in (each.id, each.code))
    expect(citizen.main.locator("h2").first).to_contain_text(agency.name.in_language(citizen.language))
    expect(citizen.main.locator("h2").first).to_contain_text(f"{datetime.now().astimezone():%d/%m/%Y}")
    for text in (READING, contract.purpose.in_language(citizen.language), "Họ và tên", "47/2020/NĐ-CP"):
        citizen.says(text)
    proof = citizen.main.locator("a[href$='/proof.json']")
    begun = time.monotonic()
    while not proof.count():  # the log is published every few seconds
        assert time.monotonic() - begun < PROVED_WITHIN, "the reading has no proof"
        citizen.says(citizen.words("The proof is being made. Load the page again in some seconds."))
        time.sleep(1)
        citizen.open("/my/data")
    return citizen.download(proof.first)


def _public_keys(citizen: Visit, folder: Path) -> Path:
    """The keys that the public page gives, in a folder as its guide says."""
    citizen.open("/keys")
    for link in citizen.main.locator("a", has_text=re.compile("^(log|promise)@")).all():
        (folder / link.inner_text()).write_bytes(citizen.download(link))
    return folder


def _holds(receipt: bytes, running: RunningProvince, keys: Path | None = None) -> bool:
    """What `maidinh log verify` says."""
    trusted = read_keys([keys or running.environment.home.public_keys])
    return verdict(verify_receipt(receipt.decode(), trusted, at=datetime.now(UTC)))


def _found(seat: Visit, holder: str) -> Locator:
    """The card of a system, by a search for its identifier."""
    seat.open("/exchange/keys")
    seat.main.locator("[name='q']").fill(holder)
    seat.key("Enter")
    card = seat.main.locator("article", has_text=holder)
    expect(card).to_have_count(1)
    return card


def _access(leader: Visit) -> Locator:
    return leader.main.locator("#access ~ * table, #access ~ table").first


def _side(leader: Visit, place: int) -> Locator:
    return leader.main.locator("#sides + dl > div").nth(place)


def _leader(running: RunningProvince, agency: str) -> Any:
    """Who signs contracts for an agency."""
    return next(each for each in running.province.organisations.officials
                if each.agency == agency and "leader" in each.roles)  # fmt: skip
