"""What the text of a POSIX shell means."""
