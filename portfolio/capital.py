"""Capital: each partner's account in a fund, and its statement in the lines of the ILPA sheet.

Nothing is stored here. An account is what was promised (commitments) and what was booked (ledger).
"""

RECALLABLE = "distribution:recallable:"  # purpose of the postings that may be called again
