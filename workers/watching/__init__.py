"""What operators see: logs, figures, alarms, and how much room is left."""
