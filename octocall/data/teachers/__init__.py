"""Teachers: one file each, with the methods ``queries``, ``arguments`` and ``judge``; what several of them need is in ``common``."""
