"""What past days teach about waits, what people were promised, and what came of it."""
