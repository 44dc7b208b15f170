"""The dispatcher: decides who is next, remembers everything, tells every screen."""
