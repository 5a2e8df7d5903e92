"""What the WSGI server imports."""

from backend.app.factory import create_app

app = create_app()
