"""What comes next: forecasts, back-tests, scenarios and what they would have to mean."""
