"""What is accepted and what stands: the pure engine of one meet."""
