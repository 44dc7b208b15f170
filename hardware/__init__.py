"""Drivers for what stands in the hall; knows neither the kiosk nor the server."""
