"""What must not differ between the services of Win:G."""
