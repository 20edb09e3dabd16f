"""What any part of the service may use: settings, logs, the clock. Knows no other room."""
