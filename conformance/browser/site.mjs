// People of a site in Chromium, at a hub: with the right password and a wrong one, while a connector goes, and without
// scripts. Told what to do by JSON on stdin; ends with an error at the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from './chromium.mjs';

const { login, app, folder, person, never } = JSON.parse(readFileSync(0, 'utf8'));

const browser = await chromium({ home: folder, believes: join(folder, 'ca.pem'), patience: 120_000 });

const challenge = createHash('sha256').update('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk').digest('base64url');
const request = new URL(`${login}/oidc/authorize`);
request.search = new URLSearchParams({
  client_id: 'app',
  redirect_uri: `${app}/callback`,
  response_type: 'code',
  scope: 'openid',
  code_challenge: challenge,
  code_challenge_method: 'S256',
  state: 'of the application',
});

// Whatever any browser here has posted: what the hub, and whoever ends TLS before it, can read.
const posted = [];

/// Somebody at the login page, in a browser without cookies. `before` is waited for before a form goes out. The
/// application is not there: its address is answered here.
async function arrives({ scripts, before }) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setJavaScriptEnabled(scripts);
  await page.setRequestInterception(true);
  page.on('request', async (sent) => {
    if (sent.method() === 'POST') posted.push({ to: new URL(sent.url()).pathname, body: sent.postData() ?? '' });
    if (sent.url().startsWith(app)) return sent.respond({ status: 200, contentType: 'text/plain', body: 'the application' });
    if (before && sent.url().endsWith('/sso/step')) await before(new URLSearchParams(sent.postData()));
    return sent.continue();
  });
  await page.goto(request.href);
  return page;
}

async function enters(page, fields) {
  for (const [name, text] of Object.entries(fields)) await page.type(`#${name}`, text);
  await Promise.all([page.waitForNavigation({ timeout: 60_000 }), page.keyboard.press('Enter')]);
}

const alarms = (page) => page.$$eval('[role=alert]', (all) => all.filter((one) => !one.hidden).map((one) => one.innerText).join(' '));

async function isIn(page) {
  const place = new URL(page.url());
  const alarm = place.href.startsWith(app) ? '' : await alarms(page);
  assert.equal(place.origin + place.pathname, `${app}/callback`, alarm);
  assert.match(place.searchParams.get('code') ?? '', /^ewc_/);
  assert.equal(place.searchParams.get('state'), 'of the application');
}

/// The test does what was asked for in this file, and says so in another.
async function asksTheTest(what) {
  writeFileSync(join(folder, 'asked.new'), what);
  renameSync(join(folder, 'asked.new'), join(folder, 'asked'));
  while (!existsSync(join(folder, 'done'))) await pause(20);
}

const first = await arrives({ scripts: true });
await enters(first, { name: person.name, password: person.wrong });
assert.match(await alarms(first), /^You could not be logged in: check the name and the password/);
await enters(first, { password: person.password });
await isIn(first);

// The connector that would be asked first goes when the password is sealed and not sent yet.
let gone = 0;
const second = await arrives({
  scripts: true,
  async before(form) {
    const sealed = JSON.parse(form.get('sealed'));
    assert.equal(sealed.length, 2, 'sealed for both connectors');
    gone += 1;
    await asksTheTest(sealed[0].connector);
  },
});
await enters(second, { name: person.name, password: person.password });
await isIn(second);
assert.equal(gone, 1, 'one form was sent, so nobody typed twice');

// Without scripts there is nothing to type a password into, and no other page comes that has it.
const third = await arrives({ scripts: false });
const before = posted.length;
const field = await third.$('#password');
if (field && (await field.isVisible())) await field.type(person.password);
await enters(third, { name: person.name });
assert.match(await alarms(third), /^Passwords of your company are sealed in the browser before they are sent, and yours cannot do that/);
const plain = posted.slice(before);
assert.deepEqual(plain.map(({ to }) => to), ['/sso/step']);
assert.ok(!new URLSearchParams(plain[0].body).get('password'), 'no password without scripts');

const forms = posted.filter(({ body }) => body.includes('sealed='));
assert.equal(forms.length, 3, 'three passwords were sent sealed');
assert.ok(posted.some(({ body }) => body.includes(encodeURIComponent(person.name))), 'posts are seen');
for (const { to, body } of posted) {
  const found = never.filter((form) => body.includes(form));
  assert.deepEqual(found, [], `posted to ${to}`);
}
await browser.close();
console.log(`${posted.length} posts, ${forms.length} of them with a sealed password, none with one that can be read`);
