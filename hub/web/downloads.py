"""What a file is called that somebody downloads: what it is, of which days, of whom; in characters, and in Latin letters for
programs that know no others."""

import re
from urllib.parse import quote

_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\s]+')
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 120
"""A file system takes 255 bytes, a character three of them."""


def attachment(name: str, plain: str, ending: str) -> dict[str, str]:
    """The header of a download, both ways as RFC 6266 has it. `ending` without its dot."""
    told = _NOT_IN_A_NAME.sub("_", name).strip("._")[:_LONGEST]
    ascii_only = _NOT_PLAIN.sub("_", plain).strip("._")[:_LONGEST] or "download"
    return {
        "content-disposition": (
            f'attachment; filename="{ascii_only}.{ending}"; '
            f"filename*=UTF-8''{quote(f'{told}.{ending}', safe='')}"
        )
    }
