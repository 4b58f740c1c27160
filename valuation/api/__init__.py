"""The doors for programs: the same services and schemas as the pages."""
