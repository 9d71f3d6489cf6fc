"""From which addresses the hooks may be called, where the operator has said so, behind trusted proxies or without."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Callers:
    """allowed: networks, none = from anywhere; proxies: whose word about the address behind them counts."""

    allowed: Sequence[Network] = ()
    proxies: Sequence[Network] = ()

    def may_call(self, peer: str | None, forwarded: str) -> bool:
        """peer: the other end of the connection; forwarded: the X-Forwarded-For header, "" without one."""
        if not self.allowed:
            return True
        address = self._behind(peer or "", forwarded)
        return address is not None and _within(address, self.allowed)

    def nearest(self, peer: str | None, forwarded: str) -> str:
        """Who calls, as far as we can tell: the nearest address that is no proxy of ours, "" where there is none."""
        address = self._behind(peer or "", forwarded)
        return str(address) if address else ""

    def _behind(self, peer: str, forwarded: str) -> Address | None:
        """The nearest address that is no proxy of ours; whatever stands further left anybody may have written."""
        for each in (peer, *reversed(forwarded.split(","))):
            address = _address(each)
            if address is None or not _within(address, self.proxies):
                return address
        return None


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
