"""What answering costs: the router beside what somebody wrote by hand for the same plan."""
