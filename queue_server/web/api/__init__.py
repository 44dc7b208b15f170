"""The routes of `/api/v1`, one module per thing they act on."""
