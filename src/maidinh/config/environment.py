"""The settings of an installation, each read from an environment variable of the same name in capitals.

Layer 0, config. Prefix MAIDINH_, save DATABASE_URL, which is everyone's name for it. docs/reference/settings.md lists
them; a test holds the two together.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from maidinh.exchange.gateway.zones import read_zones
from maidinh.infrastructure.home import Home


def default_home() -> Path:
    """Root's data lies where services keep theirs; everyone else's under their own home."""
    if os.geteuid() == 0:
        return Path("/var/lib/maidinh")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "maidinh"


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
    exchange_body_limit: int = Field(default=10_000_000, ge=1, description="The largest body of an exchange, in bytes.")
    exchange_clock_window: int = Field(default=300, ge=1, description="Seconds a caller's clock may differ.")
    key_notice_days: int = Field(
        default=30, ge=1, description="Days before a key or certificate of the exchange ends that its operator is told."
    )
    directory_days: int = Field(default=30, ge=1, description="Days until a published directory expires.")
    log_interval: float = Field(default=5, gt=0, description="Seconds between two checkpoints of the log.")
    log_promise: int = Field(default=60, ge=1, description="Seconds within which a promised entry is in the log.")
    web_threads: int = Field(default=8, ge=1, description="Requests the web process answers at once.")

    @model_validator(mode="after")
    def _real_people_need_a_real_issuer(self) -> Environment:
        if not self.sample and self.oidc_issuer is None:
            raise ValueError(
                "MAIDINH_OIDC_ISSUER must be set where MAIDINH_SAMPLE is off: the stand-in lets anyone be anyone"
            )
        return self

    @field_validator("gateway_zones")
    @classmethod
    def _zones_are_networks(cls, value: str) -> str:
        read_zones(value)
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
