"""Tables made from sources, before they meet in the panel."""
