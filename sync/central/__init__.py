"""The report server. Stands on kiosk.domain and sync.wire, nothing else of ours."""
