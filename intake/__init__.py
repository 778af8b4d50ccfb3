"""The pure room: values, parsing, rules, decisions, letters. No I/O, no clock, no randomness."""
