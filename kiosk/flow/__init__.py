"""What the kiosk does next: events in, states and effects out. Knows no screen, device or network."""
