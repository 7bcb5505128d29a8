"""The WSGI application: ``wsgi:app`` for any server."""

from api.app import create_app

app = create_app()
