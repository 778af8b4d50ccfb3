"""From what is known about a message to a decision: whose it is, what becomes of the case, which promises and letters follow."""
