"""What the API says of itself in `/openapi.json`."""
