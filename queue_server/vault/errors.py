"""What can go wrong with the vault, by who can mend it. Messages name no person."""

from __future__ import annotations


class VaultError(Exception):
    """The vault's own trouble."""

    code = "vault_error"


class MasterKeyMissing(VaultError):
    """The key file lacks the master key under which a person's key was wrapped. An administrator
    can mend it: copy the key file from the server where the key was rotated."""

    code = "master_key_missing"


class Damaged(VaultError):
    """What is stored does not decrypt: changed, moved to another person, or another hall's."""

    code = "vault_damaged"
