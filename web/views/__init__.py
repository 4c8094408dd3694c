"""Views: what a page shows, built from the facts of the floors below."""
