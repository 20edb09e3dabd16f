"""Who may act on a meet: passwords, tokens, sessions and throttling, PROTOCOL.md section 4."""
