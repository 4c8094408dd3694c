"""The demo: what was published of one district, filled up with rows that are labelled 示例."""
