"""The domain of Caveat: texts, claims, evidence, annotations, and the rules that hold between them."""
