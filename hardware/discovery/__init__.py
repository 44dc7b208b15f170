"""What hangs on this machine: ports, readers, printers, cameras, sound, and how to configure it."""
