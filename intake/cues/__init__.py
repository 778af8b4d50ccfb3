"""What the words sound like: signs of a complaint, how many issues it raises, and how our two questions were answered.

Nothing here understands; it notices. What it notices is a hint for rules and people, and each hint has a slug.
"""

from intake.cues.answers import Answer, first_time_answer, merely_thanks, says_resolved
from intake.cues.points import points
from intake.cues.signs import cues

__all__ = ["Answer", "cues", "first_time_answer", "merely_thanks", "points", "says_resolved"]
