"""How requests are written by rules: words, what documentation means, values, and the sentences around them."""
