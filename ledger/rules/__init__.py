"""Pure rules of the ledger: books, balanced transfers, deposits, references, payers."""
