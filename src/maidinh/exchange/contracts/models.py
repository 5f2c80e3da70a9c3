"""Texts of contracts that an agency proposed, and what each side answered: only ever added.

Layer 6. A text is never changed: another one is another proposal. What an answer must be the database holds too (see
the migration): it is over exactly the proposed text, in the name of that side's agency, by the person who acts.
"""

from __future__ import annotations

from functools import cached_property

from django.db import models

from maidinh.exchange.contracts.rules import SIGNED, TAKEN_BACK, VERDICTS
from maidinh.exchange.directory.agreements import SIDES
from maidinh.exchange.directory.definition import Contract


class Proposal(models.Model):
    """One proposed text (`text`, canonical) with its digest, and the agency on each side."""

    contract = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    text = models.TextField()
    consumer_agency = models.CharField(max_length=100)
    provider_agency = models.CharField(max_length=100)
    delegator_agency = models.CharField(max_length=100, blank=True)
    proposed_by = models.CharField(max_length=60)
    proposed_agency = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["digest"], name="contracts_proposal_digest"),)

    def __str__(self) -> str:
        return f"{self.contract} {self.digest[:12]}"

    @cached_property
    def terms(self) -> Contract:
        """The contract itself, without signatures."""
        return Contract.model_validate_json(self.text)


class Answer(models.Model):
    """What one side said to a proposal: signed it, declined it; or the proposer took it back.

    `jws` is the agency's signature over the digest, `custody` who holds the key; a signature has its leaf in the log.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="answers")
    side = models.CharField(max_length=10, blank=True)
    agency = models.CharField(max_length=100)
    verdict = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    jws = models.TextField(blank=True)
    custody = models.CharField(max_length=10, blank=True)
    answered_by = models.CharField(max_length=60)
    answered_at = models.DateTimeField()
    sample = models.BooleanField(default=False)
    entry = models.BigIntegerField(null=True)
    receipt = models.JSONField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(verdict__in=VERDICTS), name="contracts_verdict_known"),
            models.CheckConstraint(
                condition=models.Q(verdict=TAKEN_BACK, side="")
                | models.Q(side__in=SIDES) & ~models.Q(verdict=TAKEN_BACK),
                name="contracts_answer_of_a_side",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict=SIGNED, entry__isnull=False, receipt__isnull=False) & ~models.Q(jws="")
                | ~models.Q(verdict=SIGNED) & models.Q(jws="", entry__isnull=True, receipt__isnull=True),
                name="contracts_signature_is_whole",
            ),
            models.UniqueConstraint(fields=["proposal", "side"], name="contracts_answered_once"),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.side} {self.verdict}"
