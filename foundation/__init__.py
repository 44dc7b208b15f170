"""The few things every room needs: strict settings files and logs without personal data.

A leaf: it imports the standard library and structlog, and no room.
"""
