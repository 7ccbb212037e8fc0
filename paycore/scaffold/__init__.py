"""The package of a provider that somebody begins to write: `paycore new-provider`.

What is made stands in `template/`, and copier fills it in.
"""
