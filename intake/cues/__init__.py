"""What the words sound like: signs of a complaint, how many issues it raises, and how our two questions were answered.

Nothing here understands; it notices. What it notices is a hint for rules and people, and each hint has a slug.
"""

from intake.cues.answers import Answer, first_time_answer, merely_thanks, says_resolved
from intake.cues.listening import Heard, listen

__all__ = ["Answer", "Heard", "first_time_answer", "listen", "merely_thanks", "says_resolved"]
