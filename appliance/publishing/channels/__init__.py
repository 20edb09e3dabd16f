"""The ways that results can take."""
