"""What stands above a screen until it is answered."""
