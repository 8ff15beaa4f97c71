"""The table of commands that are no analyses."""

from __future__ import annotations

from .command import Command
from .data.convert_command import CONVERT
from .data.portal.fetch_command import FETCH
from .data.quality.audit_command import AUDIT
from .forecasting.count_command import COUNT
from .forecasting.forecast_command import FORECAST
from .forecasting.retrain_command import RETRAIN
from .interventions.count_commands import E_TEST, IRR, WDD
from .jurisdictions.panel_command import READ_UCR
from .verification.verify_command import VERIFY
from .watching.watch_command import WATCH

COMMANDS: tuple[Command, ...] = (
    AUDIT,
    CONVERT,
    FETCH,
    COUNT,
    FORECAST,
    RETRAIN,
    WDD,
    IRR,
    E_TEST,
    READ_UCR,
    WATCH,
    VERIFY,
)
