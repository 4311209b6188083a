"""From somebody's functions to a bundle: rows, training, figures, export."""
