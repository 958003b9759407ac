"""What leaves the house: the wheel and the plugin's manifest."""
