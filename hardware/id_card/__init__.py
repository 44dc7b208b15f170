"""The resident ID-card reader: SAM protocol, the text record of a card, link and driver."""
