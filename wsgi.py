"""What the WSGI server imports."""

from backend.app.factory import create_app

app = create_app()
if app.config["SETTINGS"].demo:
    # The phone frame belongs to demo counties; elsewhere its code is not even imported.
    from backend.demo.preview import blueprint

    app.register_blueprint(blueprint)
