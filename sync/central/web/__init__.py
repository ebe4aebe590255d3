"""What central serves: the terminals' door and the report's pages."""
