"""A document is on disk before its row says so, once for each content, and is never given out changed."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from maidinh.infrastructure.files.actions import forget_bytes, store_document
from maidinh.infrastructure.files.models import Document
from maidinh.infrastructure.files.queries import DocumentDamaged, document, open_document, place_of
from maidinh.infrastructure.files.rules import FileRefused

from .test_rules import jpeg, pdf


def test_the_same_content_is_kept_once(db, at):
    first = store_document(content=BytesIO(pdf(b"one")), at=at)
    again = store_document(content=BytesIO(pdf(b"one")), at=at)
    assert first.pk == again.pk and Document.objects.filter(pk=first.pk).count() == 1
    with open_document(first.digest) as stream:
        assert stream.read() == pdf(b"one")
    assert document(first.digest) == first and place_of(first.digest).stat().st_mode & 0o777 == 0o400
    assert not list(place_of(first.digest).parent.glob(".arriving-*"))


def test_bytes_that_came_again_since_are_not_forgotten(db, at):
    kept, sealed = store_document(content=BytesIO(pdf(b"again")), at=at), at + timedelta(days=1)
    store_document(content=BytesIO(pdf(b"again")), at=sealed + timedelta(days=1))
    assert not forget_bytes(kept.digest, since=sealed)
    assert place_of(kept.digest).exists()
    assert forget_bytes(kept.digest, since=sealed + timedelta(days=2))
    assert not place_of(kept.digest).exists()
    assert Document.objects.get(pk=kept.pk).size == len(pdf(b"again")), "the row stays"


def test_what_is_refused_leaves_nothing(db, at):
    before = Document.objects.count()
    with pytest.raises(FileRefused):
        store_document(content=BytesIO(jpeg()), at=at, formats=("pdf",))
    assert Document.objects.count() == before


def test_changed_or_lost_bytes_are_not_given_out_and_storing_again_mends_them(db, at):
    kept = store_document(content=BytesIO(pdf(b"two")), at=at)
    place = place_of(kept.digest)
    place.chmod(0o600)
    place.write_bytes(b"changed")
    with pytest.raises(DocumentDamaged):
        open_document(kept.digest)
    place.unlink()
    with pytest.raises(DocumentDamaged):
        open_document(kept.digest)
    store_document(content=BytesIO(pdf(b"two")), at=at)
    with open_document(kept.digest) as stream:
        assert stream.read() == pdf(b"two")


@pytest.mark.parametrize("wrong", ["", "x", "../" * 20 + "etc/passwd", "A" * 64, "0" * 63 + "/"])
def test_a_place_is_only_found_for_a_digest(wrong):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        place_of(wrong)
