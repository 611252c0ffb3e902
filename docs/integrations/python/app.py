"""A small application that people sign in to at Entryway: see ../python.md."""

import os
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, Response, abort, redirect, render_template_string, request, session
from joserfc import jwt
from joserfc.jwk import KeySet

ISSUER = os.environ.get("ISSUER", "https://login.corp.example:8443")
APP = os.environ.get("APP", "https://app.corp.example:9443")

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
app.config.update(
    SESSION_COOKIE_NAME="__Host-app",
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
)

# The issuer and the table's name; all addresses and keys come from the discovery document.
entryway = OAuth(app).register(
    "entryway",
    client_id="python",
    client_secret=Path("python.secret").read_text().strip(),
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email groups", "code_challenge_method": "S256"},
)

# Who is signed in, by what the cookie says. A larger application keeps this in its database.
people: dict[str, dict] = {}

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Application</title>
<main><h1>Hello {{ told.name }}</h1><pre>{{ told | tojson(indent=1) }}</pre>
<form method="post" action="/refresh"><button>Ask again</button></form>
<form method="post" action="/logout"><button>Sign out</button></form></main></html>"""


@app.get("/")
def home():
    person = people.get(session.get("id"))
    if person and person["token"]["expires_at"] < time.time() and not renew(person):
        person = None
    if not person:
        return entryway.authorize_redirect(f"{APP}/callback")
    told = entryway.userinfo(token=person["token"])
    if told["sub"] != person["sub"]:
        abort(500)
    return render_template_string(PAGE, told=told)


@app.get("/callback")
def callback():
    # Authlib compares `state` and `nonce`, and leaves who answered (RFC 9207) to us.
    if request.args.get("iss") != ISSUER:
        abort(400)
    token = entryway.authorize_access_token()
    told = token["userinfo"]
    session.clear()
    session["id"] = secrets.token_urlsafe(32)
    people[session["id"]] = {"sub": told["sub"], "sid": told["sid"], "token": token}
    return redirect("/", 303)


@app.post("/refresh")
def refresh():
    if person := people.get(session.get("id")):
        renew(person)
    return redirect("/", 303)


def renew(person: dict) -> bool:
    """Whether the person may stay."""
    try:
        token = entryway.fetch_access_token(
            grant_type="refresh_token", refresh_token=person["token"]["refresh_token"]
        )
    except OAuthError as error:
        # Whatever else went wrong says nothing about the person, and the token is good later.
        if error.error != "invalid_grant":
            raise
        people.pop(session["id"], None)
        return False
    person["token"] = {**person["token"], **token}
    return True


@app.post("/logout")
def logout():
    person = people.pop(session.get("id"), None)
    session.clear()
    if not person:
        return redirect("/", 303)
    return entryway.logout_redirect(f"{APP}/bye", id_token_hint=person["token"]["id_token"])


@app.get("/bye")
def bye():
    return Response("You are signed out.", mimetype="text/plain")


@app.post("/ended")
def ended():
    """Back-channel logout: Entryway says that a session of its own has ended."""
    keys = KeySet.import_key_set(entryway.fetch_jwk_set())
    token = jwt.decode(request.form["logout_token"], keys, algorithms=["ES256", "RS256"])
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": "python"},
        exp={"essential": True},
        events={"essential": True},
    ).validate(token.claims)
    event = "http://schemas.openid.net/event/backchannel-logout"
    if token.header.get("typ") != "logout+jwt" or event not in token.claims["events"]:
        abort(400)
    for id, person in list(people.items()):
        if token.claims.get("sid") in (None, person["sid"]) and token.claims["sub"] == person["sub"]:
            people.pop(id, None)
    return Response(status=200)


if __name__ == "__main__":
    # Flask's own server, for one computer; applications for others run behind a real one.
    port = urlsplit(APP).port or 443
    app.run("127.0.0.1", port, ssl_context=("app.crt", "app.key"), threaded=True)
