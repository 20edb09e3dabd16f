"""Sending a meet's results to OpenPowerlifting whenever there is internet: once, and never without saying so twice."""
