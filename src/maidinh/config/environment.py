"""The settings of an installation, each read from an environment variable of the same name in capitals.

Layer 0, config. Prefix MAIDINH_, save DATABASE_URL, which is everyone's name for it. docs/reference/settings.md lists
them; a test holds the two together.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from maidinh.exchange.gateway.protocol import ErrorForm
from maidinh.exchange.gateway.zones import read_zones
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.translog.witnessing import read_witnesses


def default_home() -> Path:
    """Root's data lies where services keep theirs; everyone else's under their own home."""
    if os.geteuid() == 0:
        return Path("/var/lib/maidinh")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "maidinh"


def demonstration_database(province: str) -> str:
    """The name of the database that a demonstration of the province has."""
    return f"maidinh_demo_{province.replace('-', '_')}"


class Environment(BaseSettings):
    """Everything that differs between two installations."""

    model_config = SettingsConfigDict(env_prefix="MAIDINH_", frozen=True, populate_by_name=True, env_ignore_empty=True)

    data: Path = Field(default_factory=default_home, description="The data directory; nothing outside it is changed.")
    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="Any PostgreSQL 15 or later, as a role that may create roles. Unset: the embedded one.",
    )
    database_name: str = Field(default="maidinh", description="The database's name on that server.")
    definitions: Path | None = Field(default=None, description="The folder of definitions. Unset: the packaged ones.")
    province: str = Field(default="lao-cai", description="Which province of the definitions this installation runs.")
    host: str = Field(default="127.0.0.1", description="The address the web process listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port of the web process.")
    gateway_host: str = Field(default="127.0.0.1", description="The address the gateway listens on.")
    gateway_port: int = Field(default=8001, ge=1, le=65535, description="The port of the gateway.")
    gateway_tls_port: int | None = Field(
        default=None, ge=1, le=65535, description="The gateway's port for mutual TLS. Unset: there is none."
    )
    gateway_tls_certificate: Path | None = Field(
        default=None, description="The certificate chain that port shows, in PEM. Unset: one that the gateway makes."
    )
    gateway_tls_key: Path | None = Field(default=None, description="The private key of that certificate, in PEM.")
    gateway_client_authorities: Path | None = Field(
        default=None,
        description="The authorities of calling systems' certificates, in PEM. A sample trusts its own besides.",
    )
    revocation_lists: str = Field(
        default="",
        description="Where the lists (CRL) of those authorities are: addresses or files, separated by spaces.",
    )
    revocation_responder: str | None = Field(
        default=None, description="The address at which they answer for one certificate (OCSP). Unset: nobody is asked."
    )
    revocation_interval: int = Field(
        default=30, ge=1, le=60, description="Seconds after which lists and answers are fetched anew."
    )
    revocation_refuse_hours: int = Field(
        default=24,
        ge=0,
        description="Hours after the end of the newest list or answer from which certificates are refused.",
    )
    services_port: int = Field(
        default=8002,
        ge=1,
        le=65535,
        description="The loopback port of the registers and the stand-in identity provider.",
    )
    base_url: str | None = Field(default=None, description="The address people see, without a slash at the end.")
    oidc_issuer: str | None = Field(
        default=None, description="The OpenID Connect issuer people sign in with. Unset: the stand-in of the sample."
    )
    oidc_client_id: str = Field(default="maidinh", description="The client this installation is at that issuer.")
    oidc_client_secret: str | None = Field(
        default=None, description="That client's secret, where the issuer wants one."
    )
    sample: bool = Field(default=True, description="Whether people, officials and signatures here are samples.")
    seed: int = Field(default=1, ge=0, description="The seed of the synthetic registers.")
    upload_limit: int = Field(default=20_000_000, ge=1, description="The largest upload, in bytes.")
    archive_ratio_limit: int = Field(
        default=100, ge=1, description="How many times larger than itself an upload may unpack."
    )
    gateway_timeout: int = Field(default=10, ge=1, description="Seconds a page waits for the exchange.")
    gateway_zones: str = Field(
        default="",
        description="The networks of each network zone of the architecture: `zone=network,network;zone=network`. "
        "Unset: the exchange doesn't say from which zone a call came.",
    )
    exchange_body_limit: int = Field(
        default=134_217_728, ge=1, description="The largest body of an exchange, in bytes. It goes through a file."
    )
    exchange_error_form: ErrorForm = Field(
        default="camel",
        description="How error types are spelled: `camel` as X-Road 7's documents, `snake` as its newest code.",
    )
    exchange_clock_window: int = Field(default=300, ge=1, description="Seconds a caller's clock may differ.")
    gateway_metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The loopback port of the gateway's numbers for Prometheus (/metrics). Unset: none are served.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="Where traces are sent by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces. Unset: nowhere.",
    )
    exchange_kept_hours: int = Field(
        default=24,
        ge=0,
        description="Hours for which the sealed request of a failed call can be made again; 0 keeps none.",
    )
    exchange_kept_limit: int = Field(
        default=65_536, ge=0, description="The largest body of a failed call that is kept, in bytes."
    )
    key_notice_days: int = Field(
        default=30, ge=1, description="Days before a key or certificate of the exchange ends that its operator is told."
    )
    directory_days: int = Field(default=30, ge=1, description="Days until a published directory expires.")
    key_overlap_days: int = Field(
        default=7, ge=0, description="Days for which an older key of the exchange holds beside the one that follows it."
    )
    log_interval: float = Field(default=5, gt=0, description="Seconds between two checkpoints of the log.")
    log_witnesses: str = Field(
        default="",
        description="Who cosigns the log's checkpoints: `https://host=name+number+key`, separated by spaces.",
    )
    log_quorum: int = Field(
        default=1, ge=1, description="How many witnesses must cosign a checkpoint before it is published as witnessed."
    )
    log_anchor: str = Field(
        default="", description="Where a checkpoint is left outside from time to time: a folder, or an address."
    )
    log_anchor_interval: int = Field(default=86_400, ge=1, description="Seconds between two checkpoints left outside.")
    log_promise: int = Field(default=60, ge=1, description="Seconds within which a promised entry is in the log.")
    timestamp_url: str | None = Field(
        default=None,
        description="The time-stamping authority (RFC 3161) that stamps the log. Unset: the stand-in of the sample.",
    )
    timestamp_roots: Path | None = Field(
        default=None, description="The certificates (PEM) of those that may issue for that authority."
    )
    timestamp_interval: float = Field(default=60, gt=0, description="Seconds between two time stamps of the log.")
    payment_url: str | None = Field(
        default=None,
        description="The payment gateway that takes fees online. Unset: the stand-in of the sample, else none.",
    )
    payment_key: Path | None = Field(
        default=None, description="The file with the secret that the payment gateway and this installation share."
    )
    national_portal: bool = Field(
        default=True,
        description="Whether dossiers are told to the national portal through the exchange. Off: they wait.",
    )
    national_portal_senders: int = Field(
        default=2, ge=1, le=32, description="Messages to the national portal that are under way at once."
    )
    national_portal_timeout: int = Field(
        default=30, ge=1, description="Seconds a message waits for the national portal's answer."
    )
    national_portal_retry: float = Field(
        default=2, gt=0, description="Seconds until a message without an answer is sent again; doubled each time."
    )
    national_portal_retry_longest: float = Field(
        default=600, gt=0, description="The longest pause before a message is sent again, in seconds."
    )
    national_portal_jitter: float = Field(
        default=0.5, ge=0, le=1, description="The part by which such a pause is shortened by chance, from 0 to 1."
    )
    national_portal_interval: float = Field(
        default=5, gt=0, description="Seconds between two looks at what the national portal has to tell."
    )
    national_portal_days: int = Field(
        default=180, ge=1, description="Days for which messages that the national portal took are kept."
    )
    national_portal_late_hours: int = Field(
        default=24, ge=1, description="Hours after which a waiting message is told by maidinh doctor."
    )
    web_workers: int = Field(
        default=1, ge=1, description="Processes that answer pages; as many as there are cores to spare."
    )
    web_threads: int = Field(default=8, ge=1, description="Requests that each such process answers at once.")

    @model_validator(mode="after")
    def _real_people_need_a_real_issuer(self) -> Environment:
        if not self.sample and self.oidc_issuer is None:
            raise ValueError(
                "MAIDINH_OIDC_ISSUER must be set where MAIDINH_SAMPLE is off: the stand-in lets anyone be anyone"
            )
        return self

    @model_validator(mode="after")
    def _a_real_time_stamp_needs_roots(self) -> Environment:
        if self.timestamp_url is not None and self.timestamp_roots is None:
            raise ValueError(
                "MAIDINH_TIMESTAMP_ROOTS must name the certificates under which MAIDINH_TIMESTAMP_URL is believed"
            )
        return self

    @model_validator(mode="after")
    def _a_payment_gateway_has_its_secret(self) -> Environment:
        if (self.payment_url is None) != (self.payment_key is None):
            raise ValueError("MAIDINH_PAYMENT_URL and MAIDINH_PAYMENT_KEY are set together or not")
        if self.payment_url is not None and not self.payment_url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError(
                "MAIDINH_PAYMENT_URL must begin with https://: what a fee is paid by is not sent in the open"
            )
        return self

    @model_validator(mode="after")
    def _a_certificate_has_its_key(self) -> Environment:
        if (self.gateway_tls_certificate is None) != (self.gateway_tls_key is None):
            raise ValueError("MAIDINH_GATEWAY_TLS_CERTIFICATE and MAIDINH_GATEWAY_TLS_KEY are set together or not")
        return self

    @model_validator(mode="after")
    def _revocation_is_of_somebody(self) -> Environment:
        if (self.revocation_lists or self.revocation_responder) and self.gateway_client_authorities is None:
            raise ValueError(
                "MAIDINH_GATEWAY_CLIENT_AUTHORITIES must name the authorities whose lists MAIDINH_REVOCATION_LISTS has"
            )
        return self

    @field_validator("gateway_zones")
    @classmethod
    def _zones_are_networks(cls, value: str) -> str:
        read_zones(value)
        return value

    @field_validator("log_witnesses")
    @classmethod
    def _witnesses_are_known(cls, value: str) -> str:
        read_witnesses(value)
        return value

    @property
    def home(self) -> Home:
        """The places inside the data directory."""
        return Home(self.data)

    @property
    def address(self) -> str:
        """The address people see."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def gateway_url(self) -> str:
        """Where this installation's own systems reach the gateway."""
        return f"http://{self.gateway_host}:{self.gateway_port}"

    @property
    def services_url(self) -> str:
        """Where the registers of the sample and the stand-in identity provider listen."""
        return f"http://127.0.0.1:{self.services_port}"

    @property
    def issuer(self) -> str:
        """The OpenID Connect issuer in force."""
        return self.oidc_issuer or f"{self.services_url}/identity"

    @property
    def timestamping(self) -> str | None:
        """The time-stamping authority in force; None where there is none."""
        return self.timestamp_url or (f"{self.services_url}/timestamps" if self.sample else None)

    @property
    def payments(self) -> str | None:
        """The payment gateway in force; None where fees are paid at the desk only."""
        return self.payment_url or (f"{self.services_url}/payments" if self.sample else None)

    @classmethod
    def documented(cls) -> dict[str, str]:
        """Every setting's environment variable with its meaning."""
        return {_variable(name): str(field.description) for name, field in cls.model_fields.items()}

    def variables(self) -> dict[str, str]:
        """These settings for a child process; an unset one is empty, so that ours is not inherited."""
        return {_variable(name): _written(getattr(self, name)) for name in type(self).model_fields}


def _written(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _variable(name: str) -> str:
    return "DATABASE_URL" if name == "database_url" else f"MAIDINH_{name.upper()}"
