"""What an architecture leaves open and this installation fills in: keys, addresses, how long a directory holds.

Layer 0, config.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from maidinh.config.environment import Environment
from maidinh.config.provinces import Province
from maidinh.governance.architecture.rules import (
    Deployment,
    endpoints,
    instance_of,
    subsystem_ids,
    with_agency_codes,
)
from maidinh.infrastructure.keys.identifiers import file_stem

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def deployment_of(environment: Environment, province: Province) -> Deployment:
    """The deployment of the province's newest architecture here; every key must have been made."""
    model = with_agency_codes(province.newest, province.organisations)
    subsystems = set(subsystem_ids(model, instance_of(province.organisations)).values())
    return Deployment(
        keys={
            subsystem: (environment.home.public_keys / f"{file_stem(f'caller:{subsystem}')}.pem").read_text("ascii")
            for subsystem in subsystems
        },
        addresses={endpoint: f"{environment.services_url}/{endpoint}" for endpoint in endpoints(model)},
        zone=ZONE,
        lifetime=timedelta(days=environment.directory_days),
        timeout_seconds=environment.gateway_timeout,
    )
