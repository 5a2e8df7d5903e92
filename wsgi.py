"""What the WSGI server imports."""

from backend.app.factory import create_app

app = create_app()
if app.config["SETTINGS"].demo:
    # Phone frame and tour belong to demo counties; elsewhere their code is not even imported.
    from backend.demo.preview import blueprint
    from backend.demo.tour import make_tour

    app.register_blueprint(blueprint)
    app.extensions["tour"] = make_tour
