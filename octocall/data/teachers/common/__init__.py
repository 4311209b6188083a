"""What several teachers need."""
