"""The rows of the synthetic registers. Only the process that answers for the registers may read them.

Layer 5. Nobody here exists: the database itself refuses a personal number that a real person could have.
"""

from __future__ import annotations

from django.db import models

SYNTHETIC = r"^000[0-9]{9}$"


class Person(models.Model):
    """A made-up person of the population register."""

    person = models.CharField(max_length=12, primary_key=True)
    full_name = models.CharField(max_length=80)
    date_of_birth = models.DateField()
    sex = models.CharField(max_length=6)
    residence = models.CharField(max_length=200)
    commune = models.CharField(max_length=100)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(person__regex=SYNTHETIC), name="registers_person_synthetic"),
        )

    def __str__(self) -> str:
        return self.person


class Parcel(models.Model):
    """A made-up parcel of the land register."""

    parcel = models.CharField(max_length=24, primary_key=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    commune = models.CharField(max_length=100)
    address = models.CharField(max_length=200)
    map_sheet = models.CharField(max_length=4)
    number = models.CharField(max_length=5)
    area = models.PositiveIntegerField()
    land_use_vi = models.CharField(max_length=200)
    land_use_en = models.CharField(max_length=200, blank=True)
    certificate = models.CharField(max_length=20, unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(parcel__startswith="000."), name="registers_parcel_synthetic"),
        )

    def __str__(self) -> str:
        return self.parcel
