"""The commands ``flask auction …``: offline ones that answer a file, and the rehearsal of a sale."""
