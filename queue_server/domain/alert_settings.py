"""From when on the board asks for a person, for a whole hall and for single services.

Times are whole seconds; 0 people means no limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any


@dataclass(frozen=True, slots=True)
class ServiceLimit:
    """What a service has of its own, in place of the hall's."""

    service: str
    long_wait_s: int
    waiting_at_most: int = 0


@dataclass(frozen=True, slots=True)
class QuietSpan:
    """Local times between which nothing but what is grave shows; may go over midnight."""

    begins: time
    ends: time

    def covers(self, at: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True)
class AlertSettings:
    """long_wait_s: the longest wait; waiting_at_most: people in one queue; called_s: called and not
    started; idle_s: a window free while people wait for it; paused_s: a window paused so long."""

    long_wait_s: int = 1800
    waiting_at_most: int = 0
    called_s: int = 180
    idle_s: int = 180
    paused_s: int = 1800
    services: tuple[ServiceLimit, ...] = ()
    quiet: tuple[QuietSpan, ...] = ()

    def limit(self, service: str) -> ServiceLimit:
        own = (x for x in self.services if x.service == service)
        hall = ServiceLimit(service, self.long_wait_s, self.waiting_at_most)
        return next(own, hall)

    def is_quiet(self, at: time) -> bool:
        return any(span.covers(at) for span in self.quiet)

    def to_data(self) -> dict[str, Any]:
        return {
            "long_wait_s": self.long_wait_s,
            "waiting_at_most": self.waiting_at_most,
            "called_s": self.called_s,
            "idle_s": self.idle_s,
            "paused_s": self.paused_s,
            "services": [[x.service, x.long_wait_s, x.waiting_at_most] for x in self.services],
            "quiet": [[x.begins.isoformat(), x.ends.isoformat()] for x in self.quiet],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> AlertSettings:
        """The inverse; what an earlier version did not write is at its default."""
        plain = {k: v for k, v in data.items() if k not in ("services", "quiet")}
        return cls(
            **plain,
            services=tuple(ServiceLimit(*x) for x in data.get("services", ())),
            quiet=tuple(
                QuietSpan(time.fromisoformat(begins), time.fromisoformat(ends))
                for begins, ends in data.get("quiet", ())
            ),
        )
