// Somebody of a site, in a browser that stands there, shows a certificate at a connector of the site on the way from an
// application to itself, or has the page with the password. Ends with an error at the first thing that is not as it should
// be; tells what the application got.
import assert from 'node:assert/strict';
import { isThere } from './chromium.mjs';
import { Visitor } from './visitor.mjs';
import { alarms, arrives, enters, isIn, leaves, places, told, verifier } from './site.mjs';

const { login, shownAt, pictures, what, scripts, names, outcome, alarm, withPassword, looksAround } = told;

const page = await arrives({ scripts });
const visitor = Object.assign(new Visitor(), { page, pictures, scripts });
await visitor.isAt(`${login}/oidc/authorize`, 'Log in to The application');
if (looksAround) await visitor.looks('hub-certificate-offered');
await visitor.presses('Log in with a certificate');

// It was there, and came back with what was signed: nothing of the person goes by the browser.
const there = places.filter((place) => place.startsWith(`${shownAt}/`));
assert.deepEqual(there.map((place) => new URL(place).pathname), ['/certificate'], `${places}`);
const [back, ...others] = places.filter((place) => place.startsWith(`${login}/sso/certificate`));
assert.deepEqual(others, []);
assert.deepEqual([...new URL(back).searchParams.keys()].sort(), ['assertion', 'for']);
const assertion = Buffer.from(new URL(back).searchParams.get('assertion'), 'base64url').toString();
assert.equal(JSON.parse(assertion).said.outcome, outcome, assertion);
const said = [assertion, ...places.map(decodeURIComponent)];
assert.deepEqual(names.filter((name) => said.some((text) => text.includes(name))), []);

if (alarm) {
  await visitor.isAt(`${login}/sso/certificate`, 'Log in to The application');
  assert.ok((await alarms(page)).startsWith(alarm), await alarms(page));
  assert.equal((await page.$$('button[value=certificate]')).length, 1, 'another try is offered');
  await visitor.looks(`hub-certificate-${what}`);
  // The same page takes the password.
  if (withPassword) await enters(page, withPassword);
}
let code = null;
if (!alarm || withPassword) {
  await isIn(page);
  code = new URL(page.url()).searchParams.get('code');
}

// What counted once counts no more: not here, not in another browser, and not in one that nobody has been at.
if (looksAround) {
  const other = await arrives({ scripts });
  const nobody = await arrives({ scripts });
  const context = nobody.browserContext();
  await context.deleteCookie(...(await context.cookies()));
  for (const one of [page, other, nobody]) {
    const answer = await one.goto(back);
    await isThere(one);
    assert.equal(answer.status(), 400);
    assert.equal(await one.$eval('h1', (element) => element.innerText), 'Please start again');
  }
  await visitor.looks('hub-certificate-again');
}
await leaves();
console.log(JSON.stringify({ code, verifier }));
