"""Every check of a procedure by its code: what is said of a fault, and the remedy.

Layer 4. Pure. Texts are English msgids, translated where they are shown; docs/reference/procedure-checks.md is written
from this table.
"""

from __future__ import annotations

from maidinh.services.checking.findings import At, Check, Finding, Named


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which is translated where it is shown."""
    return text


_PROCESS = (
    Check("step.unreachable", "error", N_("no outcome leads to step %(step)s"),
          N_("Lead an outcome of an earlier step to it, or take the step out.")),
    Check("step.no-end", "error", N_("no way leads from step %(step)s to an end"),
          N_("Give it an outcome that leads on to returned, refused or stopped.")),
    Check("result.never-returned", "error", N_("no way leads to the result being returned"),
          N_("Let an outcome of the handover lead to returned.")),
    Check("branch.leaves", "error",
          N_("outcome %(outcome)s leads to %(place)s while the branches that began at step %(split)s still run"),
          N_("Lead the branch to its join %(join)s, or to an end.")),
    Check("step.open-twice", "error", N_("outcome %(outcome)s leads to step %(place)s, which can be open already"),
          N_("Let the branches that run beside each other meet in a step of kind join before it.")),
    Check("join.one-branch", "error", N_("only one branch ever comes to join %(step)s: it has nothing to wait for"),
          N_("Lead the other branches to it, or take the join out.")),
    Check("branch.unclear", "error",
          N_("at step %(step)s it isn't clear which branches are waited for: BPMN and this process go on differently"),
          N_("Let each branch come to its join once, and a way back lead to where the branches begin.")),
    Check("process.too-wide", "error", N_("so many steps run beside each other that the process can't be proved"),
          N_("Let branches meet in a join sooner, or split the procedure into several that call each other.")),
    Check("budget.over-limit", "error",
          N_("the budgets of the steps add up to more than the limit of case %(case)s; the longest way: %(way)s"),
          N_("Shorten the budget of a step on this way, or let steps run beside each other.")),
    Check("budget.over-table-limit", "error",
          N_("row %(row)s of table %(table)s can give case %(case)s %(amount)s, and the budgets of the steps add up "
             "to more; the longest way: %(way)s"),
          N_("Shorten the budget of a step on this way, or raise the limit of the row if the law does.")),
    Check("posting.no-minimum", "error", N_("step %(step)s is a public posting and doesn't say how long it lasts"),
          N_("Write minimum: the time for which the law has it posted.")),
    Check("posting.budget-below-minimum", "error",
          N_("step %(step)s must last longer than its budget allows"),
          N_("Raise the budget to the minimum or above it.")),
    Check("signature.no-reason", "error",
          N_("outcome %(outcome)s sends the dossier back from signature without a reason"),
          N_("Write reason: true at the outcome, so that who has it back knows why.")),
    Check("outcome.no-reason", "error",
          N_("outcome %(outcome)s ends or holds up the dossier to the applicant's cost without a reason"),
          N_("Write reason: true at the outcome: the applicant has a right to the reason in writing.")),
    Check("fee.no-step", "error", N_("a case has a fee: one step must say requires_fee: true"),
          N_("Write requires_fee: true at the step that waits for the payment.")),
    Check("fee.no-fee", "error", N_("step %(step)s waits for a fee, and no case has a fee"),
          N_("Write the fee of each case, or take requires_fee out.")),
)  # fmt: skip

_DECISIONS = (
    Check("table.gap", "error", N_("table %(table)s decides nothing for %(example)s"),
          N_("Add a row for it, with its article.")),
    Check("table.overlap", "error", N_("rows %(rows)s of table %(table)s apply at once for %(example)s"),
          N_("Narrow one of the rows, or choose a hit policy that says which row goes first.")),
    Check("table.too-many-cases", "error",
          N_("table %(table)s tells so many cases apart that it can't be proved to decide each of them once"),
          N_("Take columns out that few rows look at, or decide in two tables.")),
    Check("table.output", "error", N_("output amount of table %(table)s decides %(use)s and is of kind %(kind)s"),
          N_("Let it be of kind %(wanted)s.")),
    Check("table.not-whole", "error", N_("row %(row)s of table %(table)s gives %(amount)s, which is no time limit"),
          N_("Write a whole amount above 0, in the unit of the case's budget.")),
    Check("table.several-answers", "error",
          N_("table %(table)s decides %(use)s, and its hit policy %(policy)s can decide it several times"),
          N_("Choose a hit policy with one answer, such as unique, first or collect_sum.")),
    Check("table.unused", "warning", N_("no case takes its fee or time limit from table %(table)s"),
          N_("Name it at a case, or take it out.")),
    Check("table.unknown-input", "error",
          N_("table %(table)s looks at %(fact)s, which is no field, no fact of a step, not case and not channel"),
          N_("Write the id of a field or fact as it stands in this file.")),
    Check("table.input-differs", "error",
          N_("input %(fact)s of table %(table)s is of kind %(kind)s, and what it looks at of kind %(found)s"),
          N_("Let both be of the same kind.")),
    Check("table.input-values", "error",
          N_("input %(fact)s of table %(table)s leaves out or makes up values: %(values)s"),
          N_("Let its options, minimum and maximum be those of the field or fact.")),
    Check("condition.unknown-fact", "error",
          N_("the condition looks at %(fact)s, which is no field, no fact of a step, not case and not channel"),
          N_("Write the id of a field or fact as it stands in this file.")),
    Check("condition.impossible", "error", N_("%(fact)s can never be %(cell)s"),
          N_("Write values that it can have: %(values)s.")),
    Check("fact.too-early", "error", N_("%(fact)s is used here, and on no way here has it been found before"),
          N_("Look at what is known by then, or let an earlier step or page find it.")),
)  # fmt: skip

_PEOPLE = (
    Check("agency.unknown", "error", N_("expected the code of an agency of this province (found '%(agency)s')"),
          N_("Write the code as it stands in organisations.yaml.")),
    Check("role.unknown", "error", N_("expected a role of roles.yaml (found '%(role)s')"),
          N_("Write the id of a role that officials hold.")),
    Check("role.no-permission", "error", N_("role %(role)s has no permission %(permission)s"),
          N_("Give the step to a role that may do it.")),
    Check("role.nobody", "error", N_("agency %(agency)s has no official with the role %(role)s"),
          N_("Give the step to another agency or role, or the role to an official of this agency.")),
)  # fmt: skip

_FORMS = (
    Check("answers.open", "error", N_("expected type: object and additionalProperties: false"),
          N_("Write both, so that nothing is taken that the form doesn't ask.")),
    Check("answers.required-unknown", "error", N_("%(field)s is required but no property"),
          N_("Take it out of required, or add the field.")),
    Check("answers.unbounded", "error", N_("expected a bound: one of %(bounds)s"),
          N_("Write how long the answer may be at most.")),
    Check("options.differ", "error", N_("options and the enum of %(field)s must be the same values"),
          N_("Write the same values at both places.")),
    Check("result.code", "error", N_("expected KQ.<ministry>.<six digits> (found '%(code)s')"),
          N_("Write the result's code as the national portal has it.")),
    Check("template.unknown-place", "error", N_("{%(name)s} is no field of the form and no fact of a step"),
          N_("Write the id of a field or fact, or take the place out.")),
)  # fmt: skip

_REGISTERS = (
    Check("field.held", "error", N_("the form asks %(field)s, which is held already: %(register)s, field %(held)s"),
          N_("Take it from the register (from_register): what a register holds isn't asked.")),
    Check("field.maybe-held", "warning",
          N_("the form asks %(field)s, and a register has a field of this name: %(register)s, field %(held)s"),
          N_("Take it from the register (from_register), or name the field by what sets it apart.")),
    Check("paper.held", "error", N_("paper %(paper)s is asked for, and is held already: %(register)s, field %(held)s"),
          N_("Take it from the register, or let it be required: false for those who aren't in it.")),
    Check("system.none", "error", N_("no system realises a public service %(code)s in the architecture"),
          N_("Add the public service and the system that realises it to the architecture.")),
    Check("register.follows", "error", N_("%(field)s is no field that is chosen from a register"),
          N_("Name a field whose from_register says choose: true.")),
    Check("register.unknown", "error", N_("no interface of the architecture offers the service '%(service)s'"),
          N_("Write the service code of an interface that is live.")),
    Check("register.no-contract", "error", N_("%(systems)s has no contract for %(service)s on %(day)s"),
          N_("Let the agencies conclude a contract that is in force on that day.")),
    Check("register.not-allowed", "error", N_("no contract for %(service)s allows GET %(path)s"),
          N_("Write a path that the contract allows, or add it to the contract.")),
    Check("register.not-covered", "error", N_("no contract for %(service)s covers the fields %(fields)s"),
          N_("Ask for fields that the contract covers, or add them to it with their purpose.")),
)  # fmt: skip

_CALLS = (
    Check("call.unknown-procedure", "error", N_("step %(step)s calls procedure %(code)s, which there is not"),
          N_("Write the code of a procedure of this province.")),
    Check("call.itself", "error", N_("step %(step)s calls the procedure that it belongs to"),
          N_("Call another procedure, or lead an outcome back to an earlier step.")),
    Check("call.cycle", "error", N_("procedures call each other in a ring: %(ring)s"),
          N_("Let one of them do its part without calling the next.")),
    Check("call.unknown-case", "error", N_("procedure %(code)s has no case %(case)s"),
          N_("Write one of its cases: %(cases)s.")),
    Check("call.unknown-field", "error", N_("procedure %(code)s asks no field %(field)s"),
          N_("Write the id of a field of the procedure that is called.")),
    Check("call.unknown-answer", "error", N_("%(field)s is no field of this form, so that nothing can be handed on"),
          N_("Write the id of a field of this form.")),
    Check("call.missing-answer", "error", N_("procedure %(code)s needs %(field)s, which this call doesn't hand on"),
          N_("Map it to a field of this form under answers.")),
    Check("call.one-outcome", "warning",
          N_("step %(step)s goes on alike whether procedure %(code)s grants or refuses"),
          N_("Give it two outcomes: the first for what was granted, the last for what was not.")),
)  # fmt: skip

_VERSIONS = (
    Check("version.ends-first", "error", N_("the version ends on %(end)s, before it begins"),
          N_("Write the days in their order.")),
    Check("version.overlap", "error", N_("version %(version)s is still in force on this day"),
          N_("Let this version begin later (effective_from), or the earlier one end (effective_to) the day before.")),
    Check("version.no-calendar", "error", N_("no working calendar is in force on this day"),
          N_("Add the working calendar of that year, or let the version begin later.")),
    Check("change.unknown-version", "error", N_("there is no earlier version %(version)s of this procedure"),
          N_("Write a version that there is.")),
    Check("change.unknown-step", "error", N_("version %(version)s has no step %(step)s"),
          N_("Write old: new, each as it stands in its version.")),
    Check("change.unknown-field", "error", N_("version %(version)s has no field %(field)s"),
          N_("Write old: new, each as it stands in its version.")),
    Check("change.lost-step", "error",
          N_("dossiers at step %(step)s of version %(version)s move here, and there is no such step"),
          N_("Say under steps which step takes its place.")),
    Check("file.unreadable", "error", "%(expected)s", N_("Mend the form of the file; the rest is checked then.")),
)  # fmt: skip

GROUPS: dict[str, tuple[Check, ...]] = {
    "The process": _PROCESS,
    "Conditions and decision tables": _DECISIONS,
    "Agencies and people": _PEOPLE,
    "Form and result": _FORMS,
    "Registers": _REGISTERS,
    "Calls of other procedures": _CALLS,
    "Versions and files": _VERSIONS,
}
CHECKS: dict[str, Check] = {check.code: check for checks in GROUPS.values() for check in checks}


def found(code: str, at: At, /, **values: str | int | Named) -> Finding:
    """A finding of the check with this code. KeyError when there is no such check."""
    told = {name: value if isinstance(value, Named) else str(value) for name, value in values.items()}
    return Finding(CHECKS[code], at, told)
