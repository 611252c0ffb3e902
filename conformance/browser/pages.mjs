// The pages of single sign-on in Chromium, as people use them: typed into and clicked, with scripts and without, each page
// looked at in light, in dark and in a narrow window, and judged by axe. Told what to do by JSON on stdin; ends with an
// error at the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import axe from 'axe-core';
import puppeteer from 'puppeteer-core';

const { login, app, folder, pictures, withScripts, without, erin } = JSON.parse(readFileSync(0, 'utf8'));

const wide = { width: 1000, height: 700 };
const looks = {
  light: [wide, 'light'],
  dark: [wide, 'dark'],
  narrow: [{ width: 360, height: 740 }, 'light'],
};

// The browser believes the authority of the tests as it would one that an administrator installed.
const certificates = join(folder, '.pki/nssdb');
mkdirSync(certificates, { recursive: true });
const certutil = (...words) => execFileSync('certutil', ['-d', `sql:${certificates}`, ...words]);
certutil('-N', '--empty-password');
certutil('-A', '-t', 'C,,', '-n', 'tests', '-i', join(folder, 'corp-ca.pem'));

const browser = await puppeteer.launch({
  executablePath: '/usr/bin/chromium',
  // The tests run as root in places, where Chromium has no sandbox.
  args: ['--no-sandbox', '--disable-gpu', '--lang=en'],
  env: { ...process.env, HOME: folder, LANGUAGE: 'en' },
  userDataDir: join(folder, 'profile'),
  protocolTimeout: 60_000,
});

const seen = new Set();

/// Somebody at a window of their own.
class Visitor {
  static async arrives(scripts, people) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport(wide);
    await page.setJavaScriptEnabled(scripts);
    return Object.assign(new Visitor(), { context, page, scripts, ...people });
  }

  /// Another window of the same person's, or of one who is with them.
  another() {
    const { ordinary, resets, erin } = this;
    return Visitor.arrives(this.scripts, { ordinary, resets, erin });
  }

  async leaves() {
    await this.context.close();
  }

  async goes(place) {
    await this.page.goto(place);
  }

  async types(fields) {
    for (const [name, text] of Object.entries(fields)) await this.page.type(`#${name}`, text);
  }

  async presses(text) {
    const button = await this.page.$(`xpath///button[normalize-space()="${text}"]`);
    assert.ok(button, `no button "${text}" on "${await this.page.title()}"`);
    await Promise.all([this.page.waitForNavigation(), button.click()]);
  }

  /// With the key at the end of a line, as most people do.
  async enters(fields) {
    await this.types(fields);
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press('Enter')]);
  }

  async isAt(place, heading) {
    assert.ok(this.page.url().startsWith(place), `expected ${place}, found ${this.page.url()}: ${await this.text('body')}`);
    assert.equal(await this.text('h1'), heading);
  }

  text(selector) {
    return this.page.$eval(selector, (element) => element.innerText);
  }

  async alarmSays(text) {
    const alarm = await this.text('[role=alert]');
    assert.ok(alarm.startsWith(text), alarm);
  }

  /// The page as it is, in every look; once, because it is the same with scripts and without.
  async looks(name) {
    if (seen.has(name)) return;
    // For axe alone: what stands on the page was refused when it came.
    await this.page.setJavaScriptEnabled(true);
    for (const [look, [window, scheme]] of Object.entries(looks)) {
      await this.page.setViewport(window);
      await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      const file = `${name}-${look}.png`;
      await this.page.screenshot({ path: join(pictures, file), fullPage: true });
      const outside = await this.page.evaluate(() => {
        const edge = document.querySelector('main').getBoundingClientRect();
        return [...document.querySelectorAll('main, main *')]
          .map((element) => [element.getBoundingClientRect(), element.outerHTML])
          .filter(([box]) => box.width > 0)
          .filter(([box]) => box.right > Math.min(edge.right, innerWidth) || box.left < Math.max(edge.left, 0))
          .map(([, text]) => text);
      });
      assert.deepEqual(outside, [], file);
      await this.page.evaluate(axe.source);
      const { violations, passes } = await this.page.evaluate(() => axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
      assert.deepEqual(told, [], file);
      assert.ok(passes.some(({ id }) => id === 'color-contrast'), `${file}: axe has looked at nothing`);
    }
    seen.add(name);
    await this.page.setViewport(wide);
    await this.page.setJavaScriptEnabled(this.scripts);
  }
}

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
  const { name, password, called } = visitor.ordinary;
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
    await visitor.enters({ password: visitor.erin });
    await visitor.isAt(`${app}/`, 'Hello erin');
    subjects.push(JSON.parse(await visitor.text('pre')).sub.split(':')[0]);
    await visitor.presses('Sign out');
  }
  assert.deepEqual(subjects, ['staff', 'lab']);
}

async function seesSessions(visitor) {
  const { name, password } = visitor.ordinary;
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
  await Promise.all([visitor.page.waitForNavigation(), ends[0].click()]);
  await other.goes(`${login}/sso/sessions`);
  await other.isAt(`${login}/sso/sessions`, 'Log in');
  await other.leaves();
}

async function isAskedForMore(visitor) {
  await visitor.goes(request('asks', { prompt: 'select_account' }));
  await visitor.isAt(`${login}/oidc/authorize`, 'Choose an account');
  await visitor.looks('choose');
  await visitor.presses(`Continue as ${visitor.ordinary.called}`);
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
  for (const reset of visitor.resets) {
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
    const visitor = await Visitor.arrives(scripts, { ...people, erin });
    for (const part of story) await part(visitor);
    await visitor.leaves();
  }
}
await browser.close();
console.log(`${seen.size} pages in ${Object.keys(looks).length} looks`);
