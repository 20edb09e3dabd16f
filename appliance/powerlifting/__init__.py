"""The sport: ages, points, plates and units, as OpenLifter 1.4 reckons them. Pure; imports nothing of ours."""
