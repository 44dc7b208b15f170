"""What the pension register needs beside the journal: people in the vault, lists, pictures."""
