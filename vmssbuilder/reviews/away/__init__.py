"""Somebody who is away, and who stands in for them: what is asked of the one is asked of the other, too.

It gives nobody a right: who stands in decides in their own name, about what they may decide about anyway.
"""
