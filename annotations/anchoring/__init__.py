"""Where an annotation holds on to the text: characters, offsets, hashes and selectors."""
