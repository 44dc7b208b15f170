"""Everything that can go wrong with a device, sorted by who is at fault and what a person can do.

Libraries' own errors are translated into these at the edge of each driver, with `from`.
"""

from __future__ import annotations

from hardware.words import Figure, Value, Words, error_words


class DeviceError(Exception):
    """Any trouble with a device. `code` is stable, for logs and JSON; `words` are for people, and
    `detail` is both languages in one line.

    key: of the text in assets/i18n/device-errors.toml; data: what stands in it, and more."""

    code = "device_error"

    def __init__(self, key: str, /, **data: Value) -> None:
        self.words = error_words(key, data)
        self.detail = str(self.words)
        super().__init__(self.detail)
        self.values = data  # in both languages, for who tells it on
        self.data: dict[str, Figure] = {
            name: value.en if isinstance(value, Words) else value for name, value in data.items()
        }


class DeviceMissing(DeviceError):
    """Not there: no such port, connection refused, unplugged. Check cable, power and settings."""

    code = "device_missing"


class DeviceTimeout(DeviceError):
    """There, but it did not answer in time. Switch it off and on."""

    code = "device_timeout"


class DeviceProtocolError(DeviceError):
    """It answered what its protocol does not allow: wrong device or speed, or a bad line."""

    code = "device_protocol"


class DeviceRefused(DeviceError):
    """It understood and said no (a status word, a fault bit); `data` says which."""

    code = "device_refused"


class CardNotReadable(DeviceError):
    """The person's card could not be read: lift it and lay it down again."""

    code = "card_not_readable"


class NoCard(DeviceError):
    """No card lay on the reader in the time given."""

    code = "no_card"


class SettingsUnusable(DeviceError):
    """The settings name something that cannot be: an unknown profile, a malformed address."""

    code = "settings_unusable"
