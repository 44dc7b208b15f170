"""The social-security card over PC/SC: APDUs, the configurable record map, links and driver."""
