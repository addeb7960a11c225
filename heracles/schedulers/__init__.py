"""Everything about each scheduler, in a file of its own."""
