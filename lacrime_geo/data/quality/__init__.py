"""What is wrong with a file of incidents: the detectors, the audit of all of them, and its page."""
