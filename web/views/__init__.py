"""One module per page; a view checks access, parses, asks a service and renders."""
