"""What the audience sees: one view model per kind of display, computed from the meet as it stands. Pure."""
