"""Landing: projects, agreements, conditions, money in place, chains, measures."""
