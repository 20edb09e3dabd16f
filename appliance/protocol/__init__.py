"""What can be said on the wire: messages, keys, limits and errors, without any I/O."""
