"""``octocall teach``: the functions of a source to an open data folder, written by a teacher."""
