// A small application that people sign in to at Entryway: see ../node.md.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';

const issuer = process.env.ISSUER ?? 'https://login.corp.example:8443';
const app = process.env.APP ?? 'https://app.corp.example:9443';
const secret = readFileSync('node.secret', 'utf8').trim();

// The issuer and the table's name; all addresses and keys come from the discovery document.
const entryway = await oidc.discovery(new URL(issuer), 'node', secret);
const keys = createRemoteJWKSet(new URL(entryway.serverMetadata().jwks_uri));

// Whoever has the cookie. A larger application keeps these in its database.
const sessions = new Map();

const answer = (status, body, headers = {}) => ({ status, body, headers });
const seeOther = (location, ...cookies) => answer(303, '', { location, 'set-cookie': cookies });
const cookie = (id, more = '') => `__Host-app=${id}; Path=/; Secure; HttpOnly; SameSite=Lax${more}`;
const noCookie = cookie('', '; Max-Age=0');

async function signIn() {
  const id = randomUUID();
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  };
  sessions.set(id, { checks });
  const place = oidc.buildAuthorizationUrl(entryway, {
    redirect_uri: `${app}/callback`,
    scope: 'openid profile email groups',
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  });
  return seeOther(place.href, cookie(id));
}

async function callback(url, id) {
  const began = sessions.get(id);
  if (!began?.checks) return answer(400, 'Nobody began to sign in here.');
  sessions.delete(id);
  // Compares `state`, `iss`, `nonce` and whatever else the specifications demand.
  const tokens = await oidc.authorizationCodeGrant(entryway, url, began.checks);
  // A new cookie: whoever knew the old one knows nothing.
  const now = randomUUID();
  const { sub, sid } = tokens.claims();
  sessions.set(now, { sub, sid, tokens, until: Date.now() + tokens.expires_in * 1000 });
  return seeOther('/', cookie(now));
}

// Whether the person may stay.
async function refresh(id) {
  const session = sessions.get(id);
  try {
    const tokens = await oidc.refreshTokenGrant(entryway, session.tokens.refresh_token);
    session.tokens = { ...session.tokens, ...tokens };
    session.until = Date.now() + tokens.expires_in * 1000;
    return true;
  } catch (error) {
    // Whatever else went wrong says nothing about the person, and the token is good later.
    if (error.error !== 'invalid_grant') throw error;
    sessions.delete(id);
    return false;
  }
}

async function home(id) {
  const session = sessions.get(id);
  if (!session?.tokens) return signIn();
  if (session.until < Date.now() && !(await refresh(id))) return signIn();
  const told = await oidc.fetchUserInfo(entryway, session.tokens.access_token, session.sub);
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Application</title>
<main><h1>Hello ${text(told.name)}</h1><pre>${text(JSON.stringify(told, null, 1))}</pre>
<form method="post" action="/refresh"><button>Ask again</button></form>
<form method="post" action="/logout"><button>Sign out</button></form></main></html>`;
  return answer(200, page, { 'content-type': 'text/html; charset=utf-8' });
}

function signOut(id) {
  const { tokens } = sessions.get(id);
  sessions.delete(id);
  const place = oidc.buildEndSessionUrl(entryway, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: `${app}/bye`,
  });
  return seeOther(place.href, noCookie);
}

// Back-channel logout: Entryway says that a session of its own has ended.
async function ended(body) {
  const token = new URLSearchParams(body).get('logout_token') ?? '';
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: 'node',
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
  });
  if (!('http://schemas.openid.net/event/backchannel-logout' in payload.events) || 'nonce' in payload) {
    return answer(400, 'This is no logout token.');
  }
  for (const [id, session] of sessions) {
    const isMeant = payload.sid ? session.sid === payload.sid : session.sub === payload.sub;
    if (isMeant) sessions.delete(id);
  }
  return answer(200, '');
}

const text = (value) => String(value).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

async function read(request) {
  let body = '';
  for await (const part of request) {
    body += part;
    if (body.length > 65536) throw new Error('too long');
  }
  return body;
}

async function route(request) {
  const url = new URL(request.url, app);
  const id = /(?:^|; )__Host-app=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const isKnown = sessions.get(id)?.tokens !== undefined;
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return home(id);
    case 'GET /callback':
      return callback(url, id);
    case 'GET /bye':
      return answer(200, 'You are signed out.');
    case 'POST /ended':
      return ended(await read(request));
    case 'POST /refresh':
      return isKnown && !(await refresh(id)) ? seeOther('/', noCookie) : seeOther('/');
    case 'POST /logout':
      return isKnown ? signOut(id) : seeOther('/');
    default:
      return answer(404, 'Nothing is here.');
  }
}

const tls = { cert: readFileSync('app.crt'), key: readFileSync('app.key') };
createServer(tls, async (request, response) => {
  const { status, body, headers } = await route(request).catch((error) => {
    console.error(error.message, error.error ?? '');
    return answer(500, 'This did not work. Please try again.');
  });
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(body);
}).listen(new URL(app).port || 443);
