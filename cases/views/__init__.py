"""The pages of cases: the officer's file, a party's own view, and the files themselves."""
