"""The reference client: what any program needs to take part in a meet, built on the wire protocol alone."""
