"""The kiosk's own look: themes, type, wrapping, widgets. Knows no flow, no device, no network."""
