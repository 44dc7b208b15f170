"""LED strips above the windows, many on one RS-485 bus; makers differ in configuration alone."""
