"""How notifications leave the house: composed, sent by mail, LINE or a webhook, and settled."""
