"""What we write: letters from what is meant to their exact bytes."""
