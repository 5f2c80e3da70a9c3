"""Projects, every revision of them, what happened to them, and how far their components are.

Layer 4, governance. People are named by id only. What must hold is held by the database itself (see the migrations):
the steps between states, revisions and events that are kept, no approved state without an approval (which itself needs
a passing verdict or an exception, see `governance/appraisal`), a baseline that never changes.
"""

from __future__ import annotations

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from maidinh.governance.projects import definition
from maidinh.governance.projects.rules import COMPONENT_STATES, DECIDED, IN_FORCE, MERGED, PREPARING, STATES, WAYS
from maidinh.infrastructure.files.rules import NAME_LENGTH


class Project(models.Model):
    """A project. `content` is its form (`definition.Project` as JSON) as of `revision`; `hash` that of the content.

    `base` is the version that its changes are written against, `pack` the appraisal pack that it began under.
    `baseline` is the revision that was approved, `draft` the id of the draft that took it in, `carried_in` the
    published version that has it. `holder` is the agency by whom it lies now; `parties` are all by whom it ever lay and
    `handed_in_at` is when it was first handed in: the database keeps both, and by them who may see and change it.
    """

    province = models.CharField(max_length=60)
    code = models.CharField(max_length=60)
    title = models.JSONField()
    owner = models.CharField(max_length=35)
    state = models.CharField(max_length=12, default=PREPARING)
    revision = models.PositiveIntegerField(default=1)
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    base = models.ForeignKey("architecture.Version", on_delete=models.PROTECT, related_name="+")
    pack = models.CharField(max_length=60)
    author = models.CharField(max_length=60)
    authors = ArrayField(models.CharField(max_length=60), default=list)
    holder = models.CharField(max_length=35)
    parties = ArrayField(models.CharField(max_length=35), default=list)
    handed_in_at = models.DateTimeField(null=True)
    baseline = models.ForeignKey("projects.Revision", null=True, on_delete=models.PROTECT, related_name="+")
    draft = models.BigIntegerField(null=True)
    carried_in = models.ForeignKey("architecture.Version", null=True, on_delete=models.PROTECT, related_name="+")
    sample = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="projects_state_known"),
            models.UniqueConstraint(fields=["province", "code"], name="projects_code_once"),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(baseline__isnull=False), name="projects_decided_has_a_baseline"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(MERGED, IN_FORCE), draft__isnull=False)
                | ~Q(state__in=(MERGED, IN_FORCE)) & Q(draft__isnull=True),
                name="projects_merged_names_its_draft",
            ),
            models.CheckConstraint(
                condition=Q(state=IN_FORCE, carried_in__isnull=False) | ~Q(state=IN_FORCE) & Q(carried_in__isnull=True),
                name="projects_in_force_names_its_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"

    @cached_property
    def project(self) -> definition.Project:
        """What the project says, as of its newest revision."""
        return definition.Project.model_validate(self.content)

    @property
    def writers(self) -> frozenset[str]:
        """Everyone who wrote in it, by id: none of them appraises or approves it."""
        return frozenset((self.author, *self.authors))


class Revision(models.Model):
    """A project as one revision left it; never changed. `base` is the version that its changes are written against."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    base = models.ForeignKey("architecture.Version", on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    via = models.CharField(max_length=12)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_revision_once"),
            models.CheckConstraint(condition=Q(via__in=WAYS), name="projects_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} r{self.number}"


class Event(models.Model):
    """What happened to a project, in order; never changed. `public` ones are told to everyone, without who did it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    details = models.JSONField(default=dict)
    public = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["project", "at"], name="projects_events_in_order")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind}"


class PaperFile(models.Model):
    """A file that a project's owner gave for one of its papers, under the name it had; never changed.

    A project's form names it by its digest alone: only what stands here is handed out, so that a digest which somebody
    learned elsewhere opens nothing.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="paper_files")
    document = models.ForeignKey("files.Document", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "document", "name"], name="projects_file_once")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.document_id}"


class ComponentReport(models.Model):
    """How far one component of the architecture is, as its owner reported it; never changed, the newest counts.

    Legal ground: Nghị định 224/2026/NĐ-CP article 24 clause 2 c. `percent` is how complete it is, 0 to 100.
    """

    province = models.CharField(max_length=60)
    element = models.TextField()
    agency = models.CharField(max_length=35)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(max_length=12)
    percent = models.PositiveSmallIntegerField()
    as_of = models.DateField()
    evidence = models.TextField(blank=True)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=COMPONENT_STATES), name="projects_component_state_known"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="projects_component_percent"),
        ]
        indexes = [models.Index(fields=["province", "element", "-at"], name="projects_reports_of_element")]

    def __str__(self) -> str:
        return f"{self.element} {self.state} {self.percent}%"
