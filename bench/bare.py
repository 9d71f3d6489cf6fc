"""The least that a hop could cost: a Flask route that reads the five fields and keeps nothing."""

from flask import Flask, Response, request

import service.tied  # noqa: F401

FIELDS = ("sessionId", "serviceCode", "phoneNumber", "networkCode", "text")

app = Flask(__name__)


@app.post("/hop")
def hop() -> Response:
    for field in FIELDS:
        request.form[field]
    return Response("CON Karakoro", mimetype="text/plain")
