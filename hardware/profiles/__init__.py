"""One small codec for each panel family."""
