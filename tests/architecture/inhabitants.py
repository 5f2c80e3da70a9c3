"""A province with somebody in every role and something in every state, for the matrix of who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.test import Client

from maidinh.channels.sessions import ACCOUNT
from maidinh.exchange.contracts.actions import propose
from maidinh.exchange.contracts.queries import proposals_over
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.appraisal.actions import opening as appraisal_opening
from maidinh.governance.appraisal.actions.asking import ask_opinion as ask_project_opinion
from maidinh.governance.appraisal.actions.deciding import give_verdict
from maidinh.governance.appraisal.actions.exceptions import ask_exception, decide_exception
from maidinh.governance.architecture.actions import ask_withdrawal, decide_withdrawal, draft_version
from maidinh.governance.architecture.queries import current_version as architecture_in_force
from maidinh.governance.architecture.queries import declared_version
from maidinh.governance.conformity.actions.rulebook import decide_rule, propose_rule
from maidinh.governance.conformity.actions.waivers import Finding, ask_waiver, decide_waiver
from maidinh.governance.drafting.actions.consultation import conclude, give_opinion, open_consultation
from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
from maidinh.governance.drafting.actions.submission import submit_draft as hand_in
from maidinh.governance.drafting.rules import Edit
from maidinh.governance.projects.actions.carrying import report_component
from maidinh.governance.projects.actions.papers import keep_paper
from maidinh.governance.projects.actions.preparing import open_project
from maidinh.governance.roadmap.actions.planning import open_scenario
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity import queries as identity
from maidinh.infrastructure.identity.actions import sign_in
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.portal.forms.actions import attach_paper, begin_draft, save_page, submit_draft
from maidinh.services.authoring.actions import begin_from_version, save_files
from maidinh.services.authoring.actions import submit_draft as hand_in_procedure
from maidinh.services.authoring.definition import MAIN
from maidinh.services.authoring.queries import files_of
from maidinh.services.dossiers.actions.paying import pay_online
from maidinh.services.dossiers.actions.steps import complete_task, record_payment
from maidinh.services.dossiers.queries import open_task_of
from maidinh.services.procedures.queries import current_version
from maidinh.services.results.actions import Installation, issue_due_forms, issue_result
from maidinh.services.results.queries import public_line, result_for
from tests.conftest import citizen_of
from tests.governance.appraisal.conftest import RECORD, fitting
from tests.governance.conformity.own import rule_finding
from tests.governance.projects.appraised import approve, pass_it
from tests.governance.projects.appraised import hand_in as hand_in_project
from tests.governance.projects.conftest import proposal
from tests.governance.roadmap.planning import portfolio
from tests.services.results.stages import PDF, advanced_to, answers_for, submitted, version_of_kind

DRAFTED = "1.013225"
HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)
OFFICIALS = {  # who: role and agency; the licence is received and decided in H38.101, H38.6 checks the field
    "one-stop": ("one-stop-official", "H38.101"),
    "one-stop-elsewhere": ("one-stop-official", "H38.102"),
    "specialist": ("specialist", "H38.101"),
    "consulted": ("specialist", "H38.6"),
    "specialist-elsewhere": ("specialist", "G12.900.38"),
    "leader": ("leader", "H38.101"),
    "leader-elsewhere": ("leader", "H38.5.1"),
    "architect": ("architect", "H38.2"),
    "approver": ("architecture-approver", "H38"),
    "appraiser": ("appraiser", "H38.2"),
    "integrator": ("integrator", "H38.2.1"),
    "auditor": ("auditor", "H38.3"),
    "administrator": ("administrator", "H38.2.1"),
    "project-officer": ("project-officer", "H38.5"),
    "project-approver": ("project-approver", "H38"),
    "planner": ("planner", "H38.5"),
}
ACTORS = ("anonymous", "citizen", "other-citizen", *OFFICIALS)
COUNTER = tuple(OFFICIALS)[:7]
GROUPS = {  # names for several actors at once, for the table to be read; the larger ones first
    "everyone": ACTORS,
    "signed-in": ACTORS[1:],
    "officials": tuple(OFFICIALS),
    "counter": COUNTER,
    "province": tuple(OFFICIALS)[7:],
    "here": ("one-stop", "specialist", "leader"),
    "elsewhere": ("one-stop-elsewhere", "specialist-elsewhere", "leader-elsewhere"),
    "citizens": ("citizen", "other-citizen"),
}


class World:
    """People with their browsers, dossiers by state, applications, architecture versions."""

    def __init__(self, province: Any, signer: Any, at: datetime) -> None:
        self.province, self.signer, self.at = province, signer, at
        self.actors: dict[str, Actor] = {
            "citizen": citizen_of(province, 0),
            "other-citizen": citizen_of(province, 1),
            **{who: self._official(*held) for who, held in OFFICIALS.items()},
        }
        self._sessions = {who: self._session(actor) for who, actor in self.actors.items()}
        self.dossiers = {state: self._dossier(state) for state in
                         ("intake", "payment", "checking", "supplement", "signing", "issued")}  # fmt: skip
        with acting(person=self.citizen.person):
            begun = {"actor": self.citizen, "provider": "sample", "at": at + timedelta(minutes=10)}
            self.order = pay_online(code=self.dossiers["payment"].code, **begun).order
        self.stranger_digest = store_document(content=BytesIO(PDF + b"%another\n"), at=at).digest
        self.submitted_draft = filled_draft(self.citizen, at)  # first, for a person has one open application of a kind
        with acting(person=self.citizen.person):
            log = LogKeeper(signer, province.id, 60)
            submit_draft(actor=self.citizen, draft_id=self.submitted_draft.pk, at=at, log=log)
        self.draft = filled_draft(self.citizen, at)
        self.architecture = self._architecture()
        self.waivers, self.rules = self._waivers(), self._rules()
        self.projects = self._projects()
        self.appraised, self.appraisals = {"none": "nobodys-2026"}, {"none": 10**9}
        self.project_exceptions = self._appraisals()
        self.contracts = self._contracts()
        self.withdrawals = self._withdrawals()
        self.scenarios = self._scenarios()
        self.procedure_drafts = self._procedure_drafts()

    @property
    def citizen(self) -> Actor:
        """The owner of everything that is a citizen's."""
        return self.actors["citizen"]

    def browser(self, who: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client(raise_request_exception=False)
        if who in self._sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[who]
        return client

    def everyone(self) -> Any:
        """The scope of all agencies together."""
        return acting(agencies=[agency.code for agency in self.province.organisations.agencies])

    def task(self, state: str) -> Any:
        """The open task of the dossier in a state."""
        with self.everyone():
            return open_task_of(self.dossiers[state])

    def paper(self, state: str) -> str:
        """The digest of a paper of the dossier."""
        with acting(person=self.citizen.person):
            return str(self.dossiers[state].papers.values_list("document_id", flat=True).first())

    def verification_code(self) -> str:
        """What anyone may look the issued result up by."""
        leader = self.actors["leader"]
        with acting(agencies=leader.agencies):
            return str(public_line(result_for(leader, self.dossiers["issued"].code)).verification_code)

    def _official(self, role: str, agency: str) -> Actor:
        for person in self.province.organisations.officials:
            if person.agency == agency and role in person.roles:
                return identity.actor_of_official(identity.official(person.id))
        raise LookupError(f"{agency} has no {role}")

    def _session(self, actor: Actor) -> str:
        claims = {"name": actor.name}
        claims |= {"personal_number": actor.person} if actor.kind == "citizen" else {"official_id": actor.id}
        account = sign_in(issuer="matrix", subject=actor.id, claims=claims, at=self.at)
        session = Client().session
        session[ACCOUNT] = account.pk
        session.save()
        return str(session.session_key)

    def _dossier(self, state: str) -> Any:
        dossier = submitted(self.citizen, self.signer, self.at, kind="licence", key=state)
        reach: dict[str, Callable[[], Any]] = {
            "intake": lambda: None,
            "payment": lambda: self._do(dossier, "accept"),
            "checking": lambda: advanced_to(dossier, "field_check", self.province, self.at),
            "supplement": lambda: self._supplement(dossier),
            "signing": lambda: advanced_to(dossier, "signature", self.province, self.at),
            "issued": lambda: self._issue(dossier),
        }
        reach[state]()
        with self.everyone():  # the worker does so when the status changes
            dossier.refresh_from_db()
            issue_due_forms(dossier=dossier, at=self.at)
        return dossier

    def _do(self, dossier: Any, outcome: str, who: str = "one-stop", **more: Any) -> None:
        actor = self.actors[who]
        with acting(agencies=actor.agencies):
            task = open_task_of(dossier)
            complete_task(actor=actor, task_id=task.pk, outcome=outcome, at=self.at + timedelta(minutes=9), **more)

    def _supplement(self, dossier: Any) -> None:
        advanced_to(dossier, "appraisal", self.province, self.at)
        cashier = self.actors["one-stop"]
        with acting(agencies=cashier.agencies):
            record_payment(actor=cashier, code=dossier.code, receipt_number="BL-2", at=self.at + timedelta(minutes=5))
        self._do(dossier, "supplement", "specialist", reason="The drawing lacks the section")

    def _issue(self, dossier: Any) -> None:
        task = advanced_to(dossier, "signature", self.province, self.at)
        leader = self.actors["leader"]
        with acting(agencies=leader.agencies):
            issue_result(actor=leader, task_id=task.pk, outcome="sign", at=self.at + timedelta(hours=1),
                         signer=self.signer, installation=HERE)  # fmt: skip

    def _architecture(self) -> dict[str, int]:
        architect = self.actors["architect"]
        model, organisations = declared_version("1.0")
        with acting(agencies=architect.agencies):
            draft = draft_version(
                actor=architect, version=model.model_copy(update={"version": "1.1"}), organisations=organisations,
                at=self.at,
            )  # fmt: skip
            in_force = architecture_in_force().pk
        self.drafting = self._drafting(architect, in_force)
        return {"draft": draft.pk, "in-force": in_force, "none": 10**9}

    def _waivers(self) -> dict[str, int]:
        """A waiver that is asked for, and one that was granted; of a rule that the approver may waive."""
        architect, approver, today = self.actors["architect"], self.actors["approver"], self.at.date()
        found = {}
        with acting(agencies=architect.agencies):
            for on in ("asked", "granted"):
                finding = Finding("data.unknown", on, on, "1.0", "architecture-approver")
                found[on] = ask_waiver(
                    actor=architect, finding=finding, justification="Đang sửa", legal_ground="Kế hoạch năm",
                    valid_from=today, valid_until=today + timedelta(days=60), at=self.at,
                ).pk  # fmt: skip
        with acting(agencies=approver.agencies):
            decide_waiver(actor=approver, waiver_id=found["granted"], granted=True, decision="Đồng ý", at=self.at,
                          signer=self.signer)  # fmt: skip
        return found | {"none": 10**9}

    def _withdrawals(self) -> dict[str, int]:
        """The last contract was withdrawn, which no form needs; that it stands again is asked for."""
        integrator, approver = self.actors["integrator"], self.actors["approver"]
        last = [each.contract.id for each in architecture_in_force().model.relations if each.contract][-1]
        asked = {"reason": "Lộ khoá", "legal_ground": "Báo cáo sự cố", "at": self.at}
        with acting(agencies=integrator.agencies):
            withdrawn = ask_withdrawal(actor=integrator, contract=last, **asked).pk
        with acting(agencies=approver.agencies):
            decide_withdrawal(actor=approver, withdrawal_id=withdrawn, confirmed=True, decision="", at=self.at,
                              signer=self.signer)  # fmt: skip
        with acting(agencies=integrator.agencies):
            ending = ask_withdrawal(actor=integrator, contract=last, ends=withdrawn, **asked).pk
        return {"withdrawn": withdrawn, "asked": ending, "none": 10**9}

    def _contracts(self) -> dict[str, int]:
        """One is signed by every side; another text waits for its provider, whose leader is `leader-elsewhere`."""
        standing = next(each for each in current_directory().contracts if each.id == "one-stop-land")
        other = standing.model_copy(update={"fields": ("parcel",), "agreements": ()})
        consumer = self._official("leader", agreements.parties(standing)["consumer"])
        with acting(agencies=consumer.agencies, official=consumer.id):
            waiting = propose(actor=consumer, contract=other, at=self.at).pk
            agreed = proposals_over([agreements.digest(standing)])[agreements.digest(standing)].row.pk
        self.digests = {"agreed": agreements.digest(standing), "waiting": agreements.digest(other)}
        return {"agreed": agreed, "waiting": waiting, "none": 10**9}

    def _scenarios(self) -> dict[str, int]:
        """A scenario of the roadmap that nobody asked to compute yet."""
        planner = self.actors["planner"]
        with acting(agencies=planner.agencies, official=planner.id):
            row = open_scenario(actor=planner, name="Phương án 1", portfolio=portfolio(), at=self.at)
        return {"open": row.pk, "none": 10**9}

    def _procedure_drafts(self) -> dict[str, int]:
        """A draft of a procedure's next version that is being written, and one that waits for the agency's leader."""
        writer, found = self.actors["specialist"], {"none": 10**9}
        root = province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)
        with acting(agencies=writer.agencies, official=writer.id):
            version = current_version(DRAFTED)
            files = files_of(version, root)
            for state in ("editing", "handed-in"):
                row = begin_from_version(actor=writer, version=version, files=files, at=self.at)
                files = dict(row.files)
                save_files(actor=writer, draft_id=row.pk, revision=0, files=files | {MAIN: files[MAIN] + "# 2\n"},
                           why="", at=self.at)  # fmt: skip
                found[state] = row.pk
            hand_in_procedure(actor=writer, draft_id=row.pk, at=self.at, judge=settings.JUDGE)
        return found

    def _rules(self) -> dict[str, str]:
        """A rule of the province that is in force, and one that waits for somebody."""
        architect, approver = self.actors["architect"], self.actors["approver"]
        found = {}
        with acting(agencies=architect.agencies):
            for on in ("proposed", "approved"):
                rule = rule_finding(f"ownership.{on}", self.province.newest.elements[0].id)
                row = propose_rule(actor=architect, rule=rule, at=self.at)
                found[on] = row.rule
        with acting(agencies=approver.agencies):
            decide_rule(actor=approver, version_id=row.pk, approved=True, decision="Cần thiết", at=self.at,
                        signer=self.signer)  # fmt: skip
        return found | {"none": "ownership.none"}

    def _projects(self) -> dict[str, str]:
        """Projects by state, by code: one that its owner prepares, one that is appraised, one that is approved."""
        officer, appraiser = self.actors["project-officer"], self.actors["appraiser"]
        found = {}
        for state in ("preparing", "appraising", "approved"):
            with acting(agencies=officer.agencies, person=officer.id):
                row = open_project(actor=officer, project=proposal(f"{state}-2026"), at=self.at)
                paper = BytesIO(PDF)
                kept = keep_paper(actor=officer, project_id=row.pk, name="to-trinh.pdf", content=paper, at=self.at)
            self.project_paper = kept.document_id
            found[state] = row.code
            if state != "preparing":
                hand_in_project(row, officer, appraiser.agency, self.at)
            if state == "approved":
                approve(pass_it(row, appraiser, self.at), self.actors["project-approver"], self.at)
        with acting(agencies=officer.agencies):
            report_component(actor=officer, element="flood-warning", state="running", percent=100,
                             as_of=self.at.date(), at=self.at)  # fmt: skip
        return found | {"none": "nobodys-2026"}

    def _appraisals(self) -> dict[str, int]:
        """An appraisal that runs and asked another body, one that passed, two that failed, of which one is excepted."""
        officer, appraiser = self.actors["project-officer"], self.actors["appraiser"]
        approver, asked, found = self.actors["project-approver"], self.actors["consulted"], {"none": 10**9}
        for on in ("running", "passed", "failed", "excepted"):
            with acting(agencies=officer.agencies, person=officer.id):
                project = open_project(actor=officer, project=fitting(f"{on}-2026"), at=self.at)
                row = appraisal_opening.hand_in(actor=officer, project_id=project.pk, at=self.at)
            self.appraised[on], self.appraisals[on] = project.code, row.pk
            with acting(agencies=appraiser.agencies, person=appraiser.id):
                if on == "running":
                    opinion = ask_project_opinion(actor=appraiser, appraisal_id=row.pk, agency=asked.agency,
                                                  question="Có trùng không?", at=self.at,
                                                  due_on=(self.at + timedelta(days=9)).date())  # fmt: skip
                    self.project_opinions = {"asked": opinion.pk, "none": 10**9}
                    continue
                own = [{"requirement": each["requirement"], "result": "met", "why": "Đã xem"}
                       for each in row.assessment["results"] if each["result"] == "undetermined"]  # fmt: skip
                give_verdict(actor=appraiser, appraisal_id=row.pk, result="pass" if on == "passed" else "fail",
                             results=own, reasons="Đã xem xét", at=self.at, signer=self.signer,
                             installation=HERE)  # fmt: skip
            if on == "passed":
                continue
            until = (self.at + timedelta(days=90)).date()
            with acting(agencies=officer.agencies, person=officer.id):
                exception = ask_exception(actor=officer, project_id=project.pk, **RECORD, valid_until=until,
                                          review_on=until - timedelta(days=30), at=self.at)  # fmt: skip
            found["asked" if on == "failed" else "granted"] = exception.pk
            if on == "excepted":
                with acting(agencies=approver.agencies, person=approver.id):
                    decide_exception(actor=approver, exception_id=exception.pk, granted=True, decision="12/QĐ-UBND",
                                     text="Cần thiết", at=self.at, signer=self.signer)  # fmt: skip
        return found

    def _drafting(self, architect: Actor, base: int) -> dict[str, int]:
        """A draft that was edited and is out for the opinion of one agency, which has given it."""
        with acting(agencies=architect.agencies):
            draft = open_draft(actor=architect, version="1.2", title={"vi": "Phiên bản 1.2"}, base=base, at=self.at)
            note = Edit("header", "", "note", {"vi": "Bổ sung"})
            edit_draft(actor=architect, draft_id=draft.pk, edits=[note], seen_revision=0, via="form", at=self.at)
            asked = self.actors["consulted"]
            consultation = open_consultation(actor=architect, draft_id=draft.pk, agencies=asked.agencies,
                                             due_on=(self.at + timedelta(days=10)).date(), at=self.at)  # fmt: skip
        with acting(agencies=asked.agencies):
            opinion = give_opinion(actor=asked, consultation_id=consultation.pk, stance="change", text="Sửa tên",
                                   at=self.at)  # fmt: skip
        return {"draft": draft.pk, "consultation": consultation.pk, "opinion": opinion.pk} | self._handed_in(base)

    def _handed_in(self, base: int) -> dict[str, int]:
        """A draft nobody was asked about yet, and one whose round is concluded and that waits for approval."""
        architect = self.actors["architect"]
        with acting(agencies=architect.agencies):
            fresh, whole = (
                open_draft(actor=architect, version=each, title={"vi": f"Phiên bản {each}"}, base=base, at=self.at)
                for each in ("2.0", "2.2")
            )
            ended = open_consultation(actor=architect, draft_id=whole.pk, agencies=["H38.6", "H38.101"],
                                      due_on=(self.at + timedelta(days=9)).date(), at=self.at)  # fmt: skip
            conclude(actor=architect, consultation_id=ended.pk, conclusion="Nobody said anything", at=self.at)
            hand_in(actor=architect, draft_id=whole.pk, at=self.at)
        return {"fresh": fresh.pk, "handed-in": whole.pk, "ended": ended.pk}


def filled_draft(actor: Actor, at: datetime) -> Any:
    """An application of this citizen with everything in it, ready to be submitted."""
    version = current_version(version_of_kind("same-day").code)
    procedure = version.procedure
    with acting(person=actor.person):
        draft = begin_draft(actor=actor, version=version, case=procedure.cases[0].id,
                            receiving=procedure.receiving[0], at=at)  # fmt: skip
        fields = frozenset(field.id for page in procedure.pages for field in page.fields)
        answers = answers_for(version, actor) | {"phone": "0912345678"}
        draft = save_page(actor=actor, draft_id=draft.pk, fields=fields, answers=answers, at=at)
        attach_paper(actor=actor, draft_id=draft.pk, paper=procedure.papers[0], name="a.pdf",
                     content=BytesIO(PDF), at=at)  # fmt: skip
        draft.refresh_from_db()
    return draft
