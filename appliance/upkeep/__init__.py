"""What looks after a running appliance: snapshots, their schedule and mirror, self-checks, going back."""
