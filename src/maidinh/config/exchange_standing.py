"""How the exchange of an installation stands, gathered for its operator: `maidinh exchange status`.

Layer 0, config: the only place that may ask the gateway, read the database and look at the keys together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Directory
from maidinh.exchange.jws import timestamp
from maidinh.exchange.operations.standing import (
    Ending,
    LogState,
    ServiceHour,
    ending_keys,
    last_hour,
    log_state,
    open_calls,
)
from maidinh.exchange.revocation.checking import FOLDER, state_in

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.exchange.operations.history import Cursor

IN_FLIGHT = 6  # times as long as a service has to answer: a call older than that has ended
DIRECTORY = "SELECT jws FROM directory_publisheddirectory ORDER BY serial DESC LIMIT 1"
Say = Callable[[str], str]


def N_(text: str) -> str:  # noqa: N802 - marks a text for translation
    """The text itself; it is translated where it is told."""
    return text


FINDINGS = {
    "gateway-silent": N_("The gateway does not answer. Start the installation with maidinh up."),
    "gateway-degraded": N_("The gateway answers, but it has no directory in force or no database. See maidinh doctor."),
    "gateway-behind": N_("The gateway works by an older directory than the newest one. See its output."),
    "directory-missing": N_("No directory is published: every call is refused. Publish a version."),
    "directory-expired": N_(
        "The directory has expired: every call is refused. Start the installation with maidinh up."
    ),
    "calls-open": N_("Calls were forwarded and never recorded as ended. Ask their providers whether they took effect."),
    "key-ended": N_("A key or certificate has ended. Replace it."),
    "revocation-late": N_("A revocation list or responder gives nothing new. Ask its authority, or mend the settings."),
    "log-late": N_("Entries wait longer for the log than was promised. See the worker's output."),
}


@dataclass(frozen=True)
class Standing:
    """All of it, at one moment."""

    at: datetime
    gateway: dict[str, Any] | None
    directory: Directory | None
    hour: list[ServiceHour]
    open_calls: tuple[int, datetime | None]
    ending: list[Ending]
    log: LogState
    promise_seconds: int
    revocation: dict[str, Any] | None = None

    def findings(self) -> list[str]:
        """What is not in order, as stable words."""
        found = []
        if self.gateway is None:
            found.append("gateway-silent")
        elif self.gateway.get("status") != "ok":
            found.append("gateway-degraded")
        elif self.directory is not None and (self.gateway.get("directory") or 0) < self.directory.serial:
            found.append("gateway-behind")
        if self.directory is None:
            found.append("directory-missing")
        elif self.directory.expires_at <= self.at:
            found.append("directory-expired")
        if self.open_calls[0]:
            found.append("calls-open")
        if any(each.valid_to <= self.at for each in self.ending):
            found.append("key-ended")
        if self._late():
            found.append("revocation-late")
        if self.log.lag(self.at) > self.promise_seconds:
            found.append("log-late")
        return found

    def _late(self) -> bool:
        """Whether a list is missing, has ended or is refused, or nobody answers."""
        known = self.revocation or {}
        lists, responder = known.get("lists", ()), known.get("responder") or {}
        ended = any(each["next_update"] is None or each["next_update"] <= timestamp(self.at) for each in lists)
        return ended or any(each["fault"] for each in (*lists, responder) if each)

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        directory, (count, oldest) = self.directory, self.open_calls
        return {
            "at": timestamp(self.at),
            "gateway": self.gateway,
            "directory": None
            if directory is None
            else {
                "serial": directory.serial,
                "version": directory.architecture_version,
                "expires_at": timestamp(directory.expires_at),
            },
            "last_hour": [each.document() for each in self.hour],
            "open_calls": {"count": count, "oldest_at": None if oldest is None else timestamp(oldest)},
            "ending": [each.document() for each in self.ending],
            "revocation": self.revocation,
            "log": self.log.document(self.at),
            "findings": self.findings(),
        }

    def told(self, say: Say) -> list[str]:
        """In lines, in the terminal's language."""
        gateway = self.gateway
        lines = [f"{say('Gateway')}: {say('does not answer') if gateway is None else gateway.get('status')}"]
        if self.directory is not None:
            told = say("Directory {serial} of version {version}, until {day}")
            day = self.directory.expires_at.astimezone().strftime("%Y-%m-%d %H:%M")
            lines.append(
                told.format(serial=self.directory.serial, version=self.directory.architecture_version, day=day)
            )
        lines.append(say("Calls of the last hour (went through, refused, failed):"))
        for each in self.hour:
            why = ", ".join(f"{word} {number}" for word, number in each.reasons.most_common(5))
            lines.append(f"  {each.service or '?'}  {each.allowed} {each.refused} {each.failed}  {why}".rstrip())
        if not self.hour:
            lines.append(f"  {say('none')}")
        lines.append(f"{say('Calls without an end')}: {self.open_calls[0]}")
        for end in self.ending:
            lines.append(f"{say('Ends')}: {end.name}  {end.valid_to.astimezone():%Y-%m-%d}")
        lines += _revocation_told(self.revocation or {}, say)
        size = "?" if self.log.size is None else str(self.log.size)
        at = "?" if self.log.at is None else self.log.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        told = say("Log: {size} entries at the checkpoint of {at}, {waiting} waiting")
        lines.append(told.format(size=size, at=at, waiting=self.log.waiting))
        lines += [f"-> {say(FINDINGS[each])}" for each in self.findings()]
        return lines


def _revocation_told(known: dict[str, Any], say: Say) -> Iterator[str]:
    for each in known.get("lists", ()):
        told = say("Revocation list of {issuer}: {count} certificates, until {day}")
        issuer, day = each["issuer"] or each["address"], each["next_update"] or "?"
        yield f"{told.format(issuer=issuer, count=each['revoked'], day=day)}  {each['fault']}".rstrip()
    asked = known.get("responder")
    if asked:
        told = say("Responder {address}: {answered} of {count} certificates answered, {revoked} revoked")
        values = {name: asked[name] for name in ("address", "answered", "revoked")}
        yield f"{told.format(count=asked['certificates'], **values)}  {asked['fault']}".rstrip()


def standing(cursor: Cursor, environment: Environment, *, at: datetime) -> Standing:
    """How it stands now."""
    from maidinh.config.diagnosis import health_of

    cursor.execute(DIRECTORY)
    row = cursor.fetchall()
    directory = Directory.model_validate_json(jws.parse(row[0][0], KIND).payload) if row else None
    notice = timedelta(days=environment.key_notice_days)
    return Standing(
        at=at,
        gateway=health_of(f"{environment.gateway_url}/health"),
        directory=directory,
        hour=last_hour(cursor, at),
        open_calls=open_calls(cursor, at - IN_FLIGHT * timedelta(seconds=environment.gateway_timeout)),
        ending=ending_keys(directory, environment.home.public_keys, until=at + notice),
        log=log_state(cursor),
        promise_seconds=environment.log_promise,
        revocation=state_in(environment.home.gateway / FOLDER),
    )
