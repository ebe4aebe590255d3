"""The report server. Stands on kiosk.domain and sync.messages, nothing else of ours."""
