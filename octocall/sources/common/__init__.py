"""What the sources share: documents, names, JSON Schema, plain text."""
