"""A paper is verified once and used again: by its owner alone, while it holds, and each use is written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.steps import ReasonMissing
from maidinh.services.dossiers.actions.submission import NotNow
from maidinh.services.papers.actions import (
    NoLongerOffered,
    NoSuchPaper,
    NothingToKeep,
    Particulars,
    StillBound,
    keep_paper,
    remove_kept,
    revoke_kept,
    scan_paper,
)
from maidinh.services.papers.models import KeptPaper, Reuse
from maidinh.services.papers.queries import offers_for, reuse_counts, reused_in, scanned_in, store_of, uses_of
from tests.conftest import citizen_of
from tests.services.papers.handed import (
    KIND,
    LAND_SPLIT,
    PAPER,
    begun,
    hand_in,
    handed_in,
    receiver_of,
    take,
    verified,
)
from tests.services.results.stages import PDF

DAY = timedelta(days=1)


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    return handed_in(citizen, signer, at)


def test_what_was_verified_is_offered_and_its_use_is_told(
    dossier: Any, citizen: Actor, signer: Any, province: Any, at: datetime
) -> None:
    with acting(person=citizen.person):
        assert offers_for(citizen, {KIND}) == [], "nothing is offered before an official has verified it"
    kept = verified(dossier, citizen, province, at + DAY, Particulars("VPĐK Lào Cai", "AA 123"))
    with acting(person=citizen.person):
        [offer] = offers_for(citizen, {KIND})
        assert offers_for(citizen, {"another-kind"}) == []
    assert (offer.number, offer.issuer, offer.handed_in_at) == ("AA 123", "VPĐK Lào Cai", at)
    draft = begun(citizen, at + 2 * DAY)
    take(draft, citizen, kept, at + 2 * DAY)
    code = hand_in(draft, citizen, signer, at + 2 * DAY)
    official = receiver_of(province, dossier.receiving)
    with acting(agencies=official.agencies):
        used = Reuse.objects.get(dossier__code=code)
        assert (used.verified_by, used.number, used.kept_id) == (kept.verified_by, "AA 123", kept.pk)
        assert set(reused_in(used.dossier)) == {(PAPER, offer.digest)}
        with pytest.raises(NothingToKeep):
            keep_paper(actor=official, code=code, paper=PAPER, digest=offer.digest, says=Particulars(), at=at + 3 * DAY)
        [count] = reuse_counts(at, at + 3 * DAY)
        again = used.dossier.papers.values("paper").distinct().count()
    asked = len(draft.procedure.procedure.papers)
    assert (count.agency, count.procedure) == (dossier.receiving, LAND_SPLIT)
    assert (count.papers, count.digitised, count.reused) == (asked + again, 1, 1)
    with acting(agencies=official.agencies):
        assert [(c.papers, c.digitised, c.reused) for c in reuse_counts(at, at + DAY)] == [(asked, 1, 0)]
    with acting(person=citizen.person):
        assert [each.dossier.code for each in uses_of(store_of(citizen))[kept.pk]] == [code]


def test_what_ended_or_was_revoked_is_not_used_even_when_it_was_chosen_before(
    dossier: Any, citizen: Actor, signer: Any, province: Any, at: datetime
) -> None:
    kept = verified(dossier, citizen, province, at, Particulars(valid_until=(at + DAY).date()))
    draft = begun(citizen, at)
    take(draft, citizen, kept, at)
    with pytest.raises(NoLongerOffered), transaction.atomic():
        hand_in(draft, citizen, signer, at + 2 * DAY)
    official = receiver_of(province, dossier.receiving)
    with acting(agencies=official.agencies):
        with pytest.raises(ReasonMissing):
            revoke_kept(actor=official, kept_id=kept.pk, reason=" ", at=at)
        revoke_kept(actor=official, kept_id=kept.pk, reason="Bản quét thiếu trang", at=at)
        with pytest.raises(NoSuchPaper):
            revoke_kept(actor=official, kept_id=kept.pk, reason="again", at=at)
    with acting(person=citizen.person):
        assert offers_for(citizen, {KIND}) == []
        assert store_of(citizen)[0].revocation_reason == "Bản quét thiếu trang"
    with pytest.raises(NoLongerOffered), transaction.atomic():
        hand_in(draft, citizen, signer, at)
    assert verified(dossier, citizen, province, at).pk != kept.pk, "it can be verified anew"


def test_a_paper_leaves_the_store_once_no_open_dossier_rests_on_it(
    dossier: Any, citizen: Actor, province: Any, at: datetime
) -> None:
    kept = verified(dossier, citizen, province, at)
    with acting(person=citizen.person), pytest.raises(StillBound) as bound:
        remove_kept(actor=citizen, kept_id=kept.pk, at=at)
    assert bound.value.codes == [dossier.code]
    with acting(agencies=dossier.agencies):
        dossier.status = 3
        dossier.save(update_fields=["status"])
    with acting(person=citizen.person):
        remove_kept(actor=citizen, kept_id=kept.pk, at=at)
        assert store_of(citizen) == []
        assert offers_for(citizen, {KIND}) == []
        assert dossier.papers.filter(paper=PAPER).exists(), "the dossier keeps its own file"
        with pytest.raises(NoSuchPaper):
            remove_kept(actor=citizen, kept_id=kept.pk, at=at)


def test_what_is_scanned_at_the_counter_is_marked_so(dossier: Any, citizen: Actor, province: Any, at: datetime) -> None:
    official = receiver_of(province, dossier.receiving)
    scan = {"actor": official, "code": dossier.code, "name": "quét.pdf", "at": at}
    with acting(agencies=official.agencies):
        digest = scan_paper(paper=PAPER, content=BytesIO(PDF + b"%scanned\n%%EOF\n"), **scan)
        assert (PAPER, digest) in scanned_in(dossier)
        says = {"says": Particulars(), "at": at}
        kept = keep_paper(actor=official, code=dossier.code, paper=PAPER, digest=digest, **says)
        assert kept.scanned_by == official.id
        assert keep_paper(actor=official, code=dossier.code, paper=PAPER, digest=digest, **says).pk == kept.pk
        with pytest.raises(NothingToKeep):
            keep_paper(actor=official, code=dossier.code, paper="application", digest=digest, **says)
        with pytest.raises(ValueError, match="no more"):
            keep_paper(actor=official, code=dossier.code, paper=PAPER, digest=digest,
                       says=Particulars(valid_until=(at - DAY).date()), at=at)  # fmt: skip
        dossier.status = 3
        dossier.save(update_fields=["status"])
        with pytest.raises(NotNow):
            scan_paper(paper=PAPER, content=BytesIO(PDF), **scan)


def test_nobody_else_sees_verifies_or_uses_a_store(dossier: Any, citizen: Actor, province: Any, at: datetime) -> None:
    other_citizen = citizen_of(province, 1)
    kept = verified(dossier, citizen, province, at)
    with acting(person=other_citizen.person):
        assert not KeptPaper.objects.exists()
        with pytest.raises(NoSuchPaper):
            remove_kept(actor=other_citizen, kept_id=kept.pk, at=at)
    draft = begun(other_citizen, at)
    with pytest.raises(NoLongerOffered):
        take(draft, other_citizen, kept, at)
    elsewhere = receiver_of(province, "H38.102")
    with acting(agencies=elsewhere.agencies):
        assert not KeptPaper.objects.exists()
        with pytest.raises(NotNow):
            keep_paper(actor=elsewhere, code=dossier.code, paper=PAPER, digest="0" * 64, says=Particulars(), at=at)
        with pytest.raises(NoSuchPaper):
            revoke_kept(actor=elsewhere, kept_id=kept.pk, reason="x", at=at)
    with acting(person=citizen.person), pytest.raises(NotAllowed):
        keep_paper(actor=citizen, code=dossier.code, paper=PAPER, digest="0" * 64, says=Particulars(), at=at)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE papers_keptpaper SET valid_until = NULL, verified_by = 'x'",
        "UPDATE papers_keptpaper SET revoked_at = now(), revoked_by = 'x', revocation_reason = 'x'",
        "DELETE FROM papers_keptpaper",
        "INSERT INTO papers_reuse (dossier_id, paper, document_id, kept_id, result, agency, verified_by, verified_at,"
        " issuer, number, at) SELECT dossier_id, paper, document_id, id, '', agency, 'somebody-else', verified_at,"
        " '', '', now() FROM papers_keptpaper",
        "INSERT INTO papers_reuse (dossier_id, paper, document_id, result, agency, verified_by, verified_at, issuer,"
        " number, at) SELECT dossier_id, paper, document_id, 'KQ-1', agency, verified_by, verified_at, '', '', now()"
        " FROM papers_keptpaper",
        "INSERT INTO papers_keptpaper (person, kind, document_id, name, dossier_id, paper, handed_in_at, scanned_by,"
        " agency, verified_by, verified_at, issuer, number, revoked_by, revocation_reason) SELECT person, 'other',"
        " document_id, name, dossier_id, paper, handed_in_at, '', agency, verified_by, verified_at, '', '', '', ''"
        " FROM papers_keptpaper",
    ],
)
def test_the_database_refuses_what_an_owner_may_not(
    dossier: Any, citizen: Actor, province: Any, at: datetime, statement: str
) -> None:
    verified(dossier, citizen, province, at)
    with pytest.raises(Error), transaction.atomic(), acting(person=citizen.person), connection.cursor() as cursor:
        cursor.execute(statement)
