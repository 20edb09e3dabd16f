"""The meets that run now: hubs, connections and what waits to be sent."""
