"""Tables, engine, migrations and the publication log. Nothing here decides; services do."""
