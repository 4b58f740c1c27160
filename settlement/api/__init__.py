"""Settlement for programs: the same schemas and use cases as the pages."""
