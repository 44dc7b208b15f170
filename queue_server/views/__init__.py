"""What the server shows of its state: pure functions to the shapes of the wire."""
