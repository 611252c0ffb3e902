// People of a site in Chromium, at the pages of a hub. Each program that uses this is told what to do by JSON on stdin.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, isThere, turns } from './chromium.mjs';

export const told = JSON.parse(readFileSync(0, 'utf8'));
const { login, app, folder, never, owns, shownAt, inside } = told;
/// For whatever a page or the browser does: beside it two directories, a hub and two connectors have work.
const patience = 120_000;
export const browser = await chromium({ home: folder, believes: join(folder, 'ca.pem'), owns, shownAt, inside, patience });

export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const request = new URL(`${login}/oidc/authorize`);
request.search = new URLSearchParams({
  client_id: 'app',
  redirect_uri: `${app}/callback`,
  response_type: 'code',
  scope: 'openid profile',
  code_challenge: challenge,
  code_challenge_method: 'S256',
  state: 'of the application',
});

// Whatever any browser here has posted: what the hub, and whoever ends TLS before it, can read.
export const posted = [];
// Where any page here was, or was sent on from.
export const places = [];
// What a browser could not get, and why, in its own words.
const failures = [];

/// Somebody at the login page, in a browser without cookies. `before` is waited for before a form goes out, and whatever
/// `blocked` says is not fetched. `meanwhile` happens while the page asks what to seal with. The application is not there:
/// its address is answered here.
export async function arrives({ scripts, before, meanwhile, blocked }) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  // Whoever types has that window before them: what is behind another is not drawn, and may wait.
  await page.bringToFront();
  await page.setJavaScriptEnabled(scripts);
  await page.setRequestInterception(true);
  if (inside) await page.authenticate(inside.known);
  page.on('request', async (sent) => {
    if (sent.method() === 'POST') posted.push({ to: new URL(sent.url()).pathname, body: sent.postData() ?? '' });
    if (sent.isNavigationRequest()) places.push(sent.url());
    if (sent.url().startsWith(app)) return sent.respond({ status: 200, contentType: 'text/plain', body: 'the application' });
    if (blocked && blocked(sent)) return sent.abort();
    if (meanwhile && sent.url().endsWith('/sso/seal')) await meanwhile(page);
    if (before && sent.url().endsWith('/sso/step')) await before(new URLSearchParams(sent.postData()));
    return sent.continue();
  });
  page.on('requestfailed', (sent) => failures.push(`${sent.method()} ${sent.url()}: ${sent.failure()?.errorText}`));
  await page.goto(request.href);
  await isThere(page);
  return page;
}

export async function enters(page, fields) {
  for (const [name, text] of Object.entries(fields)) await page.type(`#${name}`, text);
  await goesOn(page);
}

/// With the key at the end of a line, to the next page. A page that has something to say stays where it is: that is told.
export async function goesOn(page) {
  try {
    await turns(page, () => page.keyboard.press('Enter'));
  } catch (error) {
    throw new Error(`no other page came; this one says "${await alarms(page)}"`, { cause: error });
  }
}

/// What the page is told to say; where it does not, the page itself is told.
export async function says(page, pattern, why = '') {
  const alarm = await alarms(page);
  if (pattern.test(alarm)) return;
  const text = await page.evaluate(() => document.body.innerText);
  assert.fail(`expected ${pattern} ${why}, found "${alarm}" at ${page.url()}, whose text is: ${text}`);
}

export const alarms = (page) => page.$$eval('[role=alert]', (all) => all.filter((one) => !one.hidden).map((one) => one.innerText).join(' '));

export async function isIn(page) {
  const place = new URL(page.url());
  const alarm = place.href.startsWith(app) ? '' : [await alarms(page), ...failures].join('\n');
  assert.equal(place.origin + place.pathname, `${app}/callback`, alarm);
  assert.match(place.searchParams.get('code') ?? '', /^ewc_/);
  assert.equal(place.searchParams.get('state'), 'of the application');
}

/// Everything that was sent, each of these texts looked for in it; then nobody is there any more.
export async function leaves() {
  for (const { to, body } of posted) {
    const found = never.filter((form) => body.includes(form));
    assert.deepEqual(found, [], `posted to ${to}`);
  }
  await browser.close();
}
