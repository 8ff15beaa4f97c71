"""Print layouts for reports: what stands on a page, where, and in which words."""
