"""Being found on the venue's network, and finding other appliances there."""
