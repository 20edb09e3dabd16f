"""The URLs of the appliance."""
