"""Faces: found, measured, compared; whether a living person follows; nothing leaves the machine."""
