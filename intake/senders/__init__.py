"""Who wrote: a person or a machine, whether the name they give is theirs, and whether an automatic letter may answer."""
