"""The OpenLifter appliance: one meet, shared by every table on the venue's network."""

__version__ = "0.1.0"
