"""The pages for people, one module per kind of page."""
