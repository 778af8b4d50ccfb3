"""What staff do by mail: words to the customer, notes and commands, all of one mail or none of it."""
