"""Ground: numbers beyond the range of float64, sentences for bad input, memory. It uses no other room."""
