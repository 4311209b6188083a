"""Sources of many functions to a catalogue on disk: reading, leaving out what is there twice, vectors, on one machine or on several."""
