"""What is on disk: one SQLite database, one writer thread, group commit."""
