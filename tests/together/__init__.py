"""All acts of all people in any order, held against a model that knows nothing of the product."""
