"""A bootable disk that is a terminal and nothing else: `python -m tests.supply.image FOLDER`.

`tree/` is what it has besides Debian's packages and ours; `boot/` is for the boot loader.
"""
