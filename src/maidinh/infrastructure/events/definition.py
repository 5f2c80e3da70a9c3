"""Every event there is: its name, what it tells, what it carries.

Layer 7. Events only go up. docs/reference/events.md lists the same; a test holds the two together.
"""

from __future__ import annotations

EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dossier.submitted": ("A dossier was submitted and has a code.", ("dossier", "code")),
    "dossier.status_changed": ("A dossier has another national status.", ("dossier", "code", "status")),
    "dossier.task_opened": ("A step of a dossier waits for somebody.", ("dossier", "code", "step", "agency")),
    "dossier.extended": ("The date of a dossier was moved, with an apology.", ("dossier", "code", "status")),
    "dossier.recounted": ("The date of a dossier moved with the working calendar.", ("dossier", "code", "status")),
    "dossier.supplement_ending": (
        "A supplement is awaited not much longer; told once for each request.",
        ("dossier", "code", "status"),
    ),
    "dossier.ready_early": ("The result of a dossier is there before its day.", ("dossier", "code", "status")),
    "dossier.moved": (
        "An open dossier goes on under a newer version of its procedure.",
        ("dossier", "code", "version"),
    ),
    "procedure.draft_begun": ("A draft of a procedure's next version was begun.", ("procedure", "version")),
    "procedure.draft_abandoned": ("A draft of a procedure was given up.", ("procedure", "version")),
    "procedure.submitted": ("A draft of a procedure waits for another person.", ("procedure", "version")),
    "procedure.sent_back": ("A draft of a procedure that was handed in is edited again.", ("procedure", "version")),
    "procedure.published": ("A version of a procedure was approved and is kept.", ("procedure", "version")),
    "result.issued": ("A result was signed and can be verified.", ("dossier", "code", "result")),
    "fee.charged": ("A dossier was charged its fee.", ("dossier", "code", "charge")),
    "fee.paid": ("The fee of a dossier is paid, at the desk or online.", ("dossier", "code", "charge")),
    "fee.refunded": ("The fee of a dossier was given back.", ("dossier", "code", "charge")),
    "result.revoked": ("A result was revoked and holds no more.", ("dossier", "code", "result")),
    "architecture.consultation_opened": (
        "A draft of the architecture waits for an agency's opinion.",
        ("draft", "version", "round", "agency"),
    ),
    "architecture.opinion_given": ("An agency gave its opinion on a draft.", ("draft", "version", "round", "agency")),
    "architecture.consultation_concluded": (
        "The opinions on a draft are answered and there is a conclusion.",
        ("draft", "version", "round", "agency"),
    ),
    "architecture.draft_abandoned": ("A draft of the architecture was given up.", ("draft", "version")),
    "architecture.submitted": ("A draft waits for approval as a version.", ("province", "version")),
    "architecture.sent_back": ("A version that waited for approval is a draft again.", ("province", "version")),
    "architecture.approved": ("A decision approved a version; it may be published.", ("province", "version")),
    "architecture.published": ("A version of the architecture is in force.", ("province", "version")),
    "conformity.waiver_asked": ("Somebody asks that a finding may stand until a day.", ("waiver", "rule")),
    "conformity.waiver_granted": ("A finding may stand until a day.", ("waiver", "rule", "until")),
    "conformity.waiver_refused": ("A waiver that was asked for is refused.", ("waiver", "rule")),
    "conformity.waiver_ending": ("A waiver ends soon; told once.", ("waiver", "rule", "until")),
    "conformity.waiver_ended": ("A waiver holds no more.", ("waiver", "rule")),
    "conformity.rule_proposed": ("A rule of the province waits for another person.", ("rule", "number")),
    "conformity.rule_approved": ("A rule of the province is checked from a day on.", ("rule", "number", "day")),
    "conformity.rule_refused": ("A rule that was proposed is refused.", ("rule", "number")),
    "conformity.rule_ended": ("A rule of the province is checked no more from a day on.", ("rule", "number", "day")),
    "connection.withdrawal_asked": (
        "Somebody asks that a contract is withdrawn, or stands again.",
        ("contract", "ends"),
    ),
    "connection.withdrawn": ("The exchange allows nothing under a contract any more.", ("contract", "serial")),
    "connection.restored": ("A contract that was withdrawn stands again.", ("contract", "serial")),
    "connection.withdrawal_refused": ("What was asked for a contract is refused.", ("contract", "ends")),
    "contract.proposed": ("An agency proposed the text of a contract.", ("contract", "proposal")),
    "contract.signed": ("A side signed the text of a contract.", ("contract", "proposal", "side")),
    "contract.declined": ("A side declined the text of a contract.", ("contract", "proposal")),
    "contract.taken_back": ("Who proposed the text of a contract took it back.", ("contract", "proposal")),
    "exchange.key_changed": (
        "A key of the exchange was registered, replaced or revoked.",
        ("holder", "kid", "change"),
    ),
    "project.moved": ("A project came to another state.", ("project", "state")),
    "project.opinion_asked": ("A body is asked what it says of a project.", ("project", "agency")),
    "project.opinion_given": ("A body said what it thinks of a project.", ("project", "agency")),
    "project.recheck_needed": (
        "Another version is in force than the one that a project was appraised against.",
        ("project", "version"),
    ),
    "project.exception_asked": (
        "A project may be approved by exception, if somebody grants it.",
        ("project", "exception"),
    ),
    "project.exception_granted": ("A project may be approved by exception until a day.", ("project", "exception")),
    "project.exception_refused": ("An exception that was asked for is refused.", ("project", "exception")),
    "project.exception_ending": ("An exception is to be reviewed, or ends soon; told once.", ("project", "exception")),
    "project.exception_ended": ("An exception holds no more.", ("project", "exception")),
    "project.condition_overdue": ("The day of a condition of a verdict passed; told once.", ("project", "condition")),
    "project.report_due": ("A report of completion or benefits is due; told once.", ("project", "report")),
    "connection.undeclared": (
        "A system called another without a declared contract.",
        ("client", "service", "reason"),
    ),
    "observation.found": (
        "Something runs otherwise than it is declared, for the first time or again.",
        ("finding", "kind"),
    ),
    "roadmap.computation_asked": ("A revision of a scenario waits to be computed.", ("scenario", "revision")),
    "roadmap.computed": ("A revision was computed, or it broke off.", ("scenario", "revision", "state")),
    "roadmap.adopted": ("A roadmap was adopted and is the one that counts.", ("scenario", "revision")),
}
