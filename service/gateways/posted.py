"""A form as it came over the wire, whatever its bytes are: nothing that somebody texted is lost for one of them."""

import re
from urllib.parse import parse_qsl

from service.gateways.contract import Unreadable

MOST_FIELDS = 32

_UNREADABLE = re.compile(r"[\udc80-\udcff]")


def fields(body: bytes) -> dict[str, str]:
    """Field name → value; of two of one name the first counts. Raises Unreadable for more than 32.

    A byte that is not UTF-8 is read as Windows-1252. The web framework's own parser leaves it as `%E9`, which
    somebody may have typed, and loses the whole form where it is not escaped.
    """
    said = body.decode(errors="surrogateescape")
    try:
        pairs = parse_qsl(said, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unreadable("too many fields") from None
    return {_mended(name): _mended(value) for name, value in reversed(pairs)}


def _mended(text: str) -> str:
    return _UNREADABLE.sub(lambda bad: bytes([ord(bad[0]) & 0xFF]).decode("cp1252", "replace"), text)
