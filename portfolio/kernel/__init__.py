"""The stair that every floor above valuation may use; it knows nothing of ours."""
