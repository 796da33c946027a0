"""What operators, butlers and other programs see: pages, the API and the live stream."""
