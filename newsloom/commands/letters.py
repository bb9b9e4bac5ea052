"""Which letters an output can show: a terminal of today all of them, one that is set to Latin-1 or ASCII few."""

import io
from typing import TextIO


def knows_all_letters(output: TextIO) -> bool:
    return (output.encoding or "utf-8").lower().startswith("utf")


def spare_unknown(output: TextIO) -> None:
    """Letters that `output` cannot show become `?`: a title in another script must not end a command."""
    if isinstance(output, io.TextIOWrapper) and not knows_all_letters(output):
        output.reconfigure(errors="replace")
