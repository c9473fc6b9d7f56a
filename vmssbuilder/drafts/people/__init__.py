"""The people of a draft: who they are, who else could be, and the links by which they come."""
