"""The Application Health extensions, with and without Rich Health States."""

from __future__ import annotations

from typing import Final

from ..properties import Choice, Integer, Part, Text, Value
from .declared import both


class HealthSettings(Part):
    """Settings of the application health handlers without Rich Health States."""

    protocol = Choice(
        "Health check protocol",
        (
            Value("http", "HTTP", "An answer with the status 200 means healthy."),
            Value("https", "HTTPS", "The same over TLS."),
            Value("tcp", "TCP", "A connection to the port means healthy. There is no request path then."),
        ),
        essential=True,
        help="How the extension checks the application, from inside the instance.",
    )
    port = Integer(
        "Health check port",
        minimum=1,
        maximum=65_535,
        essential=True,
        help="Needed for TCP. If not set, HTTP uses 80 and HTTPS 443.",
        example="8080",
    )
    request_path = Text(
        "Request path",
        essential=True,
        help="Needed for HTTP and HTTPS: the path that answers with the health of the application.",
        example="/health",
    )
    interval_in_seconds = Integer(
        "Interval",
        minimum=5,
        maximum=60,
        unit="seconds",
        help="The time between two checks. 5 seconds if not set.",
        example="15",
    )
    number_of_probes = Integer(
        "Checks before a change",
        minimum=1,
        maximum=24,
        help="How many checks in a row must agree before the state changes. 1 if not set.",
        example="3",
    )


class RichHealthSettings(HealthSettings):
    """Settings of the application health handlers with Rich Health States."""

    protocol = Choice(
        "Health check protocol",
        (
            Value(
                "http",
                "HTTP",
                'Reads the state from the body of the answer: {"ApplicationHealthState": "Healthy"}. Anything else, a mere status 200 included, is Unknown.',
            ),
            Value("https", "HTTPS", "The same over TLS."),
            Value("tcp", "TCP", "A connection to the port means healthy. There is no request path then."),
        ),
        essential=True,
        help="How the extension checks the application, from inside the instance.",
    )
    grace_period = Integer(
        "Grace period",
        minimum=0,
        maximum=14_400,
        unit="seconds",
        help="How long a new instance may be without a state. If not set: interval x number of checks.",
        example="600",
    )


_HEALTH: Final = "Reports the health of your application to Azure. Rolling upgrades and automatic repairs need it unless a load balancer probe does the job."

PRESETS: Final = (
    *both(
        "application-health",
        title=("Application Health for Linux", "Application Health for Windows"),
        said=f"{_HEALTH} Version 1.0: an answer with the status 200 means healthy.",
        called="ApplicationHealth",
        publisher="Microsoft.ManagedServices",
        kind=("ApplicationHealthLinux", "ApplicationHealthWindows"),
        version="1.0",
        settings=HealthSettings,
        since="2018-10-01",
        with_it="an application that answers on the instance",
        upgrades=True,
    ),
    *both(
        "rich-health",
        title=(
            "Application Health with rich states for Linux",
            "Application Health with rich states for Windows",
        ),
        said=f"{_HEALTH} Version 2.0: the answer must name the state in its body. Until it says Healthy an instance is Unknown, which upgrades count as unhealthy and repairs replace.",
        called="ApplicationHealth",
        publisher="Microsoft.ManagedServices",
        kind=("ApplicationHealthLinux", "ApplicationHealthWindows"),
        version="2.0",
        settings=RichHealthSettings,
        since="2018-10-01",
        with_it='an application that answers {"ApplicationHealthState": "Healthy"}',
        upgrades=True,
    ),
)
