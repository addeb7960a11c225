"""What is on disk beside the script: the journal, the exit records and the files."""
