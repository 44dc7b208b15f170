"""What a printer's driver notes for its health: states, tickets, errors, and the paper it used."""

from __future__ import annotations

import structlog

from hardware.errors import DeviceProtocolError
from hardware.health import DeviceHealth, HealthLog
from hardware.ports import PrinterState, PrinterStatus, PrintOutcome
from hardware.ticket_printer.forecast import PaperForecast, about, first_forecast
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.roll_file import RollFile

_log = structlog.get_logger()


class PrinterNotes:
    """One thread writes, any reads."""

    def __init__(self, profile: PrinterProfile, file: RollFile) -> None:
        self._profile, self._file = profile, file
        self._forecast = file.load(first_forecast(profile.roll_m, profile.near_end_m))
        self._log = HealthLog()

    def status(self, status: PrinterStatus) -> None:
        if self._log.snapshot().state != PrinterState.OFFLINE is status.state:
            self._log.failed("device_missing")  # once for each time that it went away
        self._log.state(status.state.value, status.detail)
        self._keep(self._forecast.saw(status.state))

    def ticket(self, data: bytes, outcome: PrintOutcome, status: PrinterStatus) -> None:
        if outcome is PrintOutcome.FAILED:
            self._log.failed(f"ticket_{status.state.value}")
        else:
            self._measure(data)
        if outcome is PrintOutcome.CONFIRMED:
            self._log.succeeded()
        self.status(status)

    def new_roll(self) -> None:
        """Somebody says that a fresh roll was put in."""
        self._keep(self._forecast.fresh_roll())

    def firmware(self, words: str) -> None:
        self._log.firmware(words)

    def health(self) -> DeviceHealth:
        return self._log.snapshot(about(self._forecast.tickets_left))

    def _measure(self, data: bytes) -> None:
        from hardware.ticket_printer.render import paper_length_mm  # late: it draws

        try:
            self._keep(self._forecast.printed(paper_length_mm(data, self._profile)))
        except DeviceProtocolError as error:
            _log.warning("ticket_not_measured", code=error.code, detail=error.detail)

    def _keep(self, forecast: PaperForecast) -> None:
        if forecast != self._forecast:
            self._forecast = forecast
            self._file.save(forecast)
