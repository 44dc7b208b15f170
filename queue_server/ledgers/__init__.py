"""What is read from the journal, and the proof that it was read rightly."""
