// People with certificates in Chromium, who sign in to an application, or have the page with the password and go on with
// that. Told what to do by JSON on stdin; ends with an error at the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from './chromium.mjs';
import { Visitor, seen } from './visitor.mjs';

const { login, app, heading, shownAt, offered, folder, believes, pictures, people } = JSON.parse(readFileSync(0, 'utf8'));
const BUTTON = 'Log in with a certificate';

/// From the application to wherever that leads, with the button of the page where there is one.
async function comes(visitor) {
  await visitor.goes(`${app}/`);
  if (offered === 'at once') return;
  await visitor.isAt(`${login}/oidc/authorize`, heading);
  if (offered === 'not') {
    assert.ok(!(await visitor.text('main')).includes(BUTTON), 'nobody is offered it from here');
    return;
  }
  await visitor.looks('offered');
  await visitor.presses(BUTTON);
}

async function signsIn({ what, owns, alarm, called, withPassword, scripts }, number) {
  const home = join(folder, `${offered.replace(' ', '-')}-${number}`);
  const browser = await chromium({ home, believes, owns: owns ? [owns] : [], shownAt });
  const visitor = await Visitor.arrives({ browser, pictures, scripts });
  await comes(visitor);
  if (alarm) {
    await visitor.isAt(`${login}/sso/certificate`, heading);
    await visitor.alarmSays(alarm);
    await visitor.looks(what.replaceAll(' ', '-'));
    assert.equal(await visitor.page.$$eval('button[value=certificate]', (all) => all.length), 1, 'another try is offered');
  }
  // The same page takes the password.
  if (withPassword) await visitor.enters(withPassword);
  await visitor.isAt(`${app}/`, `Hello ${called}`);
  // Whoever is in stays in, and is asked for nothing.
  await visitor.goes(`${app}/`);
  await visitor.isAt(`${app}/`, `Hello ${called}`);
  await browser.close();
}

for (const [number, person] of people.entries()) {
  try {
    await signsIn(person, number);
  } catch (error) {
    throw new Error(`${offered}, ${person.what}`, { cause: error });
  }
}
console.log(`${people.length} people, ${seen.size} pages`);
