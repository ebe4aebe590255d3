"""The rigs behind `make evidence`: faults and attackers against the product's promises."""
