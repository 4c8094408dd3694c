"""People: routes, pages, reports, command line. Imports nothing: set-up runs before it."""
