"""The simulator talks to this machine only."""

import ipaddress
from urllib.parse import urlsplit


class NotLoopback(ValueError):
    """An address that is not on this machine."""


def loopback(url: str) -> str:
    """The address as it came. Raises NotLoopback for any that leaves this machine."""
    host = urlsplit(url).hostname or ""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotLoopback(f"the simulator calls this machine only, not {host or url}")
    return url
