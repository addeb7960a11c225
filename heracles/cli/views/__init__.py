"""What a person reads: the preview and the status table."""
