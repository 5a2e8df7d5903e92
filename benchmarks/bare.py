"""The baseline of rating submission: bare Flask and psycopg, one INSERT a request."""

import os
import threading

import psycopg
from flask import Flask, request

URL = os.environ["DATABASE_URL"].replace("+psycopg", "")
INSERT = """
    INSERT INTO bare_rating (person_id, service_point_id, level, words, created_at)
    VALUES (%s, %s, %s, %s, now()) RETURNING id
"""
app = Flask(__name__)
local = threading.local()


def connection() -> psycopg.Connection:
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(URL, autocommit=True)
    return local.connection


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/ratings")
def rate() -> tuple[dict[str, int], int]:
    given = request.get_json()
    row = connection().execute(
        INSERT, (given["person_id"], given["service_point_id"], given["level"], given["words"])
    )
    return {"id": row.fetchone()[0]}, 201
