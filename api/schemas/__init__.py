"""What leaves: marshmallow schemas, every field listed by hand. They never query."""
