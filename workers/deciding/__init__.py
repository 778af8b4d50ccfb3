"""From a kept message to a decision that stands: reading it, looking up, deciding, all in order."""
