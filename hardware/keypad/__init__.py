"""Window keypads and rating pads on an RS-485 bus; what keys mean is configuration."""
