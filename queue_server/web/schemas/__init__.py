"""The bodies that requests carry, checked before anything acts on them."""
