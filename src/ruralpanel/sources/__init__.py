"""One raw file in, one typed table out: formats, names, types, units, missing codes and contracts."""
