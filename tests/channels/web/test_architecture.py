"""The architecture's pages: everyone sees what is declared and seen; two officials bring a version into force."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from maidinh.governance.architecture.actions import draft_version
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version, declared_version
from maidinh.governance.architecture.rules import service_ids, subsystem_ids
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def architect(official: Callable[..., Actor]) -> Actor:
    return official("architecture.draft")


@pytest.fixture
def approver(official: Callable[..., Actor]) -> Actor:
    return official("architecture.publish")


@pytest.fixture
def draft(db: None, architect: Actor, at: datetime) -> Version:
    model, organisations = declared_version("1.0")
    changed = model.model_copy(update={"version": "1.1"})
    with acting(agencies=architect.agencies):
        return draft_version(actor=architect, version=changed, organisations=organisations, at=at)


def page(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def picture_in(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r'<svg xmlns[^>]*role="group".*?</svg>', html, re.S)[0])


def lines_in(svg: ElementTree.Element) -> list[str]:
    return [each.get("class", "") for each in svg.iter(f"{SVG}path") if "md-connection" in each.get("class", "")]


def test_picture_and_tables_hold_every_element_and_connection(client: Any, sign_in_as: Any, architect: Actor) -> None:
    sign_in_as(client, architect)
    model = current_version().model
    html = page(client, "/architecture?relations=yes")
    svg = picture_in(html)
    drawn = {group.get("data-element") for group in svg.iter(f"{SVG}g")} - {None}
    linked = set(re.findall(r'href="/architecture/elements/([^"?]+)', html))
    assert drawn == {each.id for each in model.elements if each.layer is not None}
    assert linked == {each.id for each in model.elements}
    declared = {(each.from_, each.to) for each in model.relations if each.contract}
    assert set(re.findall(r'data-source="([^"]+)" data-target="([^"]+)"', html)) == declared
    assert len([each for each in svg.iter(f"{SVG}path") if "md-connection" in (each.get("class") or "")]) == len(
        declared
    )
    assert set(re.findall(r'data-relation="([^"]+)"', html)) == {each.id for each in model.relations}
    assert "style=" not in html


def test_page_is_in_vietnamese_and_english(client: Any) -> None:
    title = current_version().model.title
    assert title.vi in page(client, "/architecture")
    client.cookies["django_language"] = "en"
    html = page(client, "/architecture")
    assert title.en in html
    assert "Connections on the exchange" in html


def test_sample_marks_are_for_officials(client: Any, sign_in_as: Any, architect: Actor) -> None:
    client.cookies["django_language"] = "en"
    address = "/architecture/elements/population-register"
    assert "govuk-tag--purple md-tag" not in page(client, address)
    sign_in_as(client, architect)
    assert "govuk-tag--purple md-tag" in page(client, address)


def test_element_tells_its_contract(client: Any) -> None:
    contract = next(
        each.contract for each in current_version().model.relations if each.to == "land-interface" and each.contract
    )
    html = page(client, "/architecture/elements/one-stop")
    assert contract.id in html
    assert contract.purpose.vi in html
    page(client, "/architecture/elements/there-is-none", status=404)


def test_machines_get_the_same(client: Any, sign_in_as: Any, architect: Actor) -> None:
    version = current_version()
    public = json.loads(page(client, "/architecture.json"))
    sign_in_as(client, architect)
    answer = json.loads(page(client, "/architecture.json"))
    for each in (public, answer):
        assert each["hash"] == version.hash
        assert {connection["verdict"] for connection in each["connections"]} == {"unused"}
    assert answer["architecture"] == version.content
    assert (answer["edition"], answer["left_out"], public["edition"]) == ("whole", {}, "public")
    assert public["left_out"]["addresses"] == 3
    assert [each["id"] for each in public["architecture"]["elements"]] == [
        each["id"] for each in version.content["elements"]
    ]


def test_the_public_does_not_see_what_may_not_be_published(client: Any, sign_in_as: Any, architect: Actor) -> None:
    guarded = next(each for each in current_version().model.elements if each.interface)
    address, withheld = f"/architecture/elements/{guarded.id}", guarded.interface.endpoint
    everywhere = ("/architecture", "/architecture.json", address)
    assert not [each for each in everywhere if withheld in page(client, each)]
    client.cookies["django_language"] = "en"
    assert "What is not published here" in page(client, address)
    sign_in_as(client, architect)
    assert withheld in page(client, "/architecture.json")
    assert "What is not published here" not in page(client, address)


def test_draft_is_hidden_from_the_public(client: Any, sign_in_as: Any, approver: Actor, draft: Version) -> None:
    page(client, "/architecture?version=1.1", status=404)
    assert draft.hash not in page(client, "/architecture/versions")
    sign_in_as(client, approver)
    page(client, "/architecture?version=1.1")
    assert draft.hash in page(client, "/architecture/versions")


def test_approver_publishes_what_another_drafted(client: Any, sign_in_as: Any, approver: Actor, draft: Version) -> None:
    sign_in_as(client, approver)
    address = reverse("architecture-publish", kwargs={"version_id": draft.pk})
    assert address in page(client, "/architecture/versions")
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, "/architecture/versions?done=published")
    assert current_version().version == "1.1"
    receipt = client.get(reverse("architecture-proof", kwargs={"version_id": draft.pk}))
    assert receipt.json()["content"]["version"] == "1.1"
    again = client.post(address)
    assert again.status_code == 422
    assert "1.1" in again.content.decode()


def test_architect_may_not_publish_nor_the_public_anything(
    client: Any, sign_in_as: Any, architect: Actor, draft: Version
) -> None:
    address = reverse("architecture-publish", kwargs={"version_id": draft.pk})
    assert client.post(address)["Location"].startswith(reverse("sign-in"))
    assert client.post(reverse("architecture-load"), {"version": "1.0"}).status_code == 302
    sign_in_as(client, architect)
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
    assert current_version().version == "1.0"
    unknown = client.post(reverse("architecture-load"), {"version": "8.8"})
    assert unknown.status_code == 422
    assert client.post(reverse("architecture-load"), {"version": "1.0"}).status_code == 302


def test_undeclared_call_is_seen_on_the_page(client: Any, own_database: str, at: datetime) -> None:
    del own_database
    version, moment = current_version(), at + timedelta(seconds=5)
    systems, services = subsystem_ids(version.model, version.instance), service_ids(version.model, version.instance)
    insert_refusal(systems["tourism"], services["land-interface"], moment)
    html = page(client, "/architecture")
    assert 'data-source="tourism" data-target="land-interface"' in html
    assert "md-connection md-connection--undeclared" in lines_in(picture_in(html))


def insert_refusal(client: str, service: str, at: datetime) -> None:
    with as_role(settings.CONNECTIONS, "gateway"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO evidence_exchange (id, x_road_id, client, authenticated, service, method, path, outcome,"
            " reason, contract, serial, request_hash, response_hash, request_size, response_size, started_at,"
            " finished_at, consumer_agency, provider_agency, record, signatures, salt, zone, protocol, represented,"
            " request_verdict, response_verdict, cut)"
            " VALUES (gen_random_uuid(), '1', %s, true, %s, 'GET', '', 'refused', 'no_contract', '', 1, '', '', 0, 0,"
            " %s, %s, '', '', '{}', '[]', '', '', 'rest', '', '', '', 0)",
            [client, service, at, at],
        )
