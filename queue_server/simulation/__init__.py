"""What may become of a hall from now on, played through with the dispatcher's own rules."""
