// The pages of single sign-on in Chromium, as people use them: typed into and clicked, with scripts and without, each page
// looked at in light, in dark and in a narrow window, and judged by axe. Told what to do by JSON on stdin; ends with an
// error at the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chromium, turns } from './chromium.mjs';
import { Visitor, looks, seen } from './visitor.mjs';

const { login, app, folder, pictures, withScripts, without, erin } = JSON.parse(readFileSync(0, 'utf8'));

const browser = await chromium({ home: folder, believes: join(folder, 'corp-ca.pem') });

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = createHash('sha256').update(verifier).digest('base64url');

/// A request of an application, by hand.
function request(client, more) {
  const place = new URL(`${login}/oidc/authorize`);
  place.search = new URLSearchParams({
    client_id: client,
    redirect_uri: `${app}/bye`,
    response_type: 'code',
    scope: 'openid profile email groups',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  });
  return place.href;
}

async function signsInAndOut(visitor) {
  const { name, password, called } = visitor.people.ordinary;
  await visitor.goes(`${app}/`);
  await visitor.isAt(`${login}/oidc/authorize`, 'Log in to The application in JavaScript');
  await visitor.looks('login');
  await visitor.enters({ name, password: 'not-the-password' });
  await visitor.isAt(`${login}/sso/step`, 'Log in to The application in JavaScript');
  await visitor.alarmSays('You could not be logged in: check the name and the password');
  assert.equal(await visitor.page.$eval('#name', (field) => field.value), name);
  assert.equal(await visitor.page.$eval('#password', (field) => field.value), '');
  await visitor.looks('login-refused');
  await visitor.enters({ password });
  await visitor.isAt(`${app}/`, `Hello ${called}`);
  await visitor.presses('Ask again');
  await visitor.isAt(`${app}/`, `Hello ${called}`);
  await visitor.presses('Sign out');
  assert.equal(visitor.page.url(), `${app}/bye`);
  await visitor.goes(`${app}/`);
  await visitor.isAt(`${login}/oidc/authorize`, 'Log in to The application in JavaScript');
}

/// Both directories have somebody of this name, with the same password, who are not the same.
async function choosesADomain(visitor) {
  const subjects = [];
  for (const domain of ['staff', 'lab']) {
    await visitor.goes(`${app}/`);
    await visitor.page.select('#domain', domain);
    await visitor.enters({ name: 'erin', password: 'not-the-password' });
    assert.equal(await visitor.page.$eval('#domain', (field) => field.value), domain);
    await visitor.enters({ password: visitor.people.erin });
    await visitor.isAt(`${app}/`, 'Hello erin');
    subjects.push(JSON.parse(await visitor.text('pre')).sub.split(':')[0]);
    await visitor.presses('Sign out');
  }
  assert.deepEqual(subjects, ['staff', 'lab']);
}

async function seesSessions(visitor) {
  const { name, password } = visitor.people.ordinary;
  const other = await visitor.another();
  for (const one of [other, visitor]) {
    await one.goes(`${login}/sso/sessions`);
    await one.isAt(`${login}/sso/sessions`, 'Log in');
    await one.enters({ name, password });
    await one.isAt(`${login}/sso/sessions`, 'Where you are logged in');
  }
  assert.match(await visitor.text('main'), /This browser/);
  await visitor.looks('sessions');
  const ends = await visitor.page.$$('xpath///li[not(contains(., "This browser"))]//button');
  assert.equal(ends.length, 1);
  await turns(visitor.page, () => ends[0].click());
  await other.goes(`${login}/sso/sessions`);
  await other.isAt(`${login}/sso/sessions`, 'Log in');
  await other.leaves();
}

async function isAskedForMore(visitor) {
  await visitor.goes(request('asks', { prompt: 'select_account' }));
  await visitor.isAt(`${login}/oidc/authorize`, 'Choose an account');
  await visitor.looks('choose');
  await visitor.presses(`Continue as ${visitor.people.ordinary.called}`);
  await visitor.isAt(`${login}/sso/step`, 'Allow An application that asks?');
  await visitor.looks('allow');
  await visitor.presses('Do not allow');
  assert.equal(new URL(visitor.page.url()).searchParams.get('error'), 'access_denied');
  await visitor.goes(request('asks', {}));
  await visitor.presses('Allow');
  assert.match(new URL(visitor.page.url()).searchParams.get('code'), /^ewc_/);
  await visitor.goes(request('asks', { prompt: 'login' }));
  await visitor.looks('once-more');
  await visitor.presses('Cancel');
  assert.equal(new URL(visitor.page.url()).searchParams.get('error'), 'access_denied');
  // The answer in a form: it is sent by itself where scripts run.
  if (visitor.scripts) {
    await visitor.goes(request('asks', { response_mode: 'form_post' }));
    await visitor.page.waitForFunction((place) => location.href === place, {}, `${app}/bye`);
  } else {
    await visitor.goes(request('asks', { response_mode: 'form_post' }));
    await visitor.isAt(`${login}/oidc/authorize`, 'Back to localhost');
    await visitor.looks('back');
    await visitor.presses('Back to localhost');
    assert.equal(visitor.page.url(), `${app}/bye`);
  }
}

async function signsOutHere(visitor) {
  await visitor.goes(`${login}/oidc/logout`);
  await visitor.isAt(`${login}/oidc/logout`, 'Sign out');
  await visitor.looks('sign-out');
  await visitor.presses('Stay signed in');
  await visitor.isAt(`${login}/sso/sessions`, 'Where you are logged in');
  await visitor.goes(`${login}/oidc/logout`);
  await visitor.presses('Sign out');
  await visitor.isAt(`${login}/sso/logout`, 'Signed out');
  await visitor.looks('signed-out');
}

async function changesPasswords(visitor) {
  for (const reset of visitor.people.resets) {
    const one = await visitor.another();
    await changesThePassword(one, reset);
    await one.leaves();
  }
}

async function changesThePassword(visitor, { name, password, called, changed, oldIsOver }) {
  await visitor.goes(`${app}/`);
  await visitor.enters({ name, password });
  await visitor.isAt(`${login}/sso/step`, 'Change your password');
  await visitor.alarmSays('Your password must be changed before you can log in.');
  await visitor.looks('change');
  await visitor.enters({ password, new: changed, repeat: `${changed}-mistyped` });
  await visitor.alarmSays('The new password and its repetition are not the same');
  await visitor.looks('change-not-same');
  await visitor.enters({ password: 'not-the-password', new: changed, repeat: changed });
  await visitor.alarmSays('You could not be logged in');
  await visitor.enters({ password, new: changed, repeat: changed });
  await visitor.isAt(`${app}/`, `Hello ${called}`);
  // The new one is what holds from now on; Samba takes the old one too, for an hour.
  const other = await visitor.another();
  await other.goes(`${app}/`);
  if (oldIsOver) {
    await other.enters({ name, password });
    await other.alarmSays('You could not be logged in');
    await other.enters({ password: changed });
  } else {
    await other.enters({ name, password: changed });
  }
  await other.isAt(`${app}/`, `Hello ${called}`);
  await other.leaves();
}

async function goesWrong(visitor) {
  await visitor.goes(request('nobody', {}));
  await visitor.isAt(`${login}/oidc/authorize`, 'This does not work');
  await visitor.looks('wrong');
  await visitor.goes(request('asks', { prompt: 'login' }));
  await visitor.context.deleteCookie(...(await visitor.context.cookies()));
  await visitor.enters({ name: 'alice', password: 'typed' });
  await visitor.isAt(`${login}/sso/step`, 'Please start again');
  await visitor.looks('start-again');
  await visitor.page.setExtraHTTPHeaders({ 'accept-language': 'de' });
  await visitor.goes(request('asks', { prompt: 'login' }));
  await visitor.isAt(`${login}/oidc/authorize`, 'Bei An application that asks anmelden');
  await visitor.looks('login-german');
}

for (const [scripts, people] of [[true, withScripts], [false, without]]) {
  for (const story of [
    [signsInAndOut, choosesADomain],
    [seesSessions, isAskedForMore, signsOutHere],
    [changesPasswords],
    [goesWrong],
  ]) {
    const visitor = await Visitor.arrives({ browser, pictures, scripts, ...people, erin });
    for (const part of story) await part(visitor);
    await visitor.leaves();
  }
}
await browser.close();
console.log(`${seen.size} pages in ${Object.keys(looks).length} looks`);
