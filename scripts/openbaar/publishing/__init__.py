"""Publishing: what is generated, checked and put in place, and what has to be done again."""
