"""A neural network that learns from many series of counts at once; it needs the package torch."""
