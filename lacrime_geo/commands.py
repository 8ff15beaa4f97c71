"""The table of commands that are no analyses."""

from __future__ import annotations

from .command import Command
from .data.audit_command import AUDIT
from .data.convert_command import CONVERT
from .data.fetch_command import FETCH

COMMANDS: tuple[Command, ...] = (AUDIT, CONVERT, FETCH)
