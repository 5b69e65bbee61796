"""Tables, plots, maps, animation, documents."""
