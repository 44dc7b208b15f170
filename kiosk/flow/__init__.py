"""What the kiosk does next: events in, states and effects out. No screen, device or network."""
