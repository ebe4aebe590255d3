"""Report values: what pages and exports show, from published blocks only."""
