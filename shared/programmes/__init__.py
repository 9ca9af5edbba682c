"""Understands a regulation as data: what is asked, who decides, in which steps, by which clause."""
