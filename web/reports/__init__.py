"""The quarterly LP report: one tree of facts, rendered to pages, PDF, XLSX and JSON."""
