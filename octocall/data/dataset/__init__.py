"""``octocall dataset``: from lists of operations to rows for the open network."""
