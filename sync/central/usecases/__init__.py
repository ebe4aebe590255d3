"""What can be done with a central report: one function a use case, one transaction each.

Frozen values go in and come out. Nothing here knows of HTTP, forms or templates; nothing outside
this package and `sync.central.reports`, which reads figures, opens a transaction.
"""
