"""The report's pages in real browsers: Debian's Chromium and Firefox, over a real connection."""
