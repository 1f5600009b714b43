"""What became of it: reports from the records, and nothing that they do not hold."""
