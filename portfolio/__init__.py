"""Money: the ledger, funds, commitments, calls, investments, marks, performance, closing."""
