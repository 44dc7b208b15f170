"""The wire between the server and its clients: JSON shapes, event names, error codes.

Standard library only, so that a kiosk can import it without the server's dependencies.
"""
