"""Asking an OpenAI-compatible chat service: politely, at the same time, and never twice for the same answer."""
