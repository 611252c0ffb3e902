// People of a site whose passwords must be changed, or have expired, change them at a hub. Ends with an error at the first
// thing that is not as it should be.
import assert from 'node:assert/strict';
import { Visitor, seen } from './visitor.mjs';
import { alarms, arrives, enters, goesOn, isIn, leaves, posted, says, told } from './site.mjs';

const { people, pictures } = told;
const refused = /^You could not be logged in: check the name and the password/;

const look = (page, name, scripts = true) => Object.assign(new Visitor(), { page, pictures, scripts }).looks(name);
const heading = (page) => page.$eval('h1', (element) => element.innerText);
const shows = async (page, text) => assert.equal(await heading(page), text, await alarms(page));
const sent = () => posted.filter(({ to }) => to.endsWith('/sso/step')).length;

/// Types into the page that changes a password, and stays there: what is wrong is told by the page itself.
async function types(page, fields) {
  for (const name of ['password', 'new', 'repeat']) {
    await page.$eval(`#${name}`, (field) => { field.value = ''; });
    await page.type(`#${name}`, fields[name]);
  }
}
async function presses(page, fields) {
  await types(page, fields);
  await goesOn(page);
}

for (const { name, password, wrong, tooShort, changed } of people) {
  const page = await arrives({ scripts: true });
  await look(page, 'hub-login');
  await enters(page, { name, password });
  await shows(page, 'Change your password');
  await says(page, /^Your password must be changed before you can log in\./);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password', 'where to begin');
  await look(page, 'hub-change');

  // Two that differ are told apart here: nothing is sent.
  const before = sent();
  await types(page, { password, new: changed, repeat: `${changed}-mistyped` });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !document.getElementById('seal-problem').hidden);
  await says(page, /^The new password and its repetition are not the same: nothing was changed\.$/);
  assert.equal(sent(), before, 'nothing was sent');
  await look(page, 'hub-change-not-same');

  await presses(page, { password: wrong, new: changed, repeat: changed });
  await says(page, refused);
  await shows(page, 'Change your password');
  // Why is told to whoever has typed the right one, whatever else the site keeps to itself.
  if (tooShort) {
    await presses(page, { password, new: tooShort, repeat: tooShort });
    await says(page, /^Your password was not changed: the new one is too short/);
    await look(page, 'hub-change-too-short');
  }
  await presses(page, { password, new: changed, repeat: changed });
  await isIn(page);

  const next = await arrives({ scripts: true });
  await enters(next, { name, password });
  await says(next, refused, 'the old one is over');
  await look(next, 'hub-login-refused');
  await enters(next, { password: changed });
  await isIn(next);
}

// A page whose script has not come has nothing to type a password into, and what it sends has none.
const { name, changed: password } = people[0];
const lost = await arrives({ scripts: true, blocked: (one) => one.url().endsWith('/sso/seal-2.js') });
assert.ok(!(await (await lost.$('#password')).isVisible()), 'nothing to type a password into');
await enters(lost, { name });
await says(lost, /^Passwords of your company are sealed in the browser before they are sent, and yours cannot do that/);
await look(lost, 'hub-without-script');

// Nor is there anything without scripts at all; and a form of the page that changes one, sent by hand, changes nothing.
const without = await arrives({ scripts: false });
await look(without, 'hub-login-without-scripts', false);
await enters(without, { name });
await says(without, /^Passwords of your company are sealed in the browser/);
const byHand = await arrives({ scripts: true });
const answer = await byHand.evaluate(async (fields) => {
  const body = new URLSearchParams({ flow: document.forms[0].elements.flow.value, ...fields });
  return (await fetch('../sso/step', { method: 'POST', body })).text();
}, { name, action: 'change', password: 'an old one', new: 'a new one', repeat: 'a new one' });
assert.match(answer, /Passwords of your company are sealed in the browser/);

const sealed = posted.filter(({ body }) => body.includes('sealed_new='));
assert.ok(sealed.length > people.length && sealed.every(({ body }) => body.includes('sealed_login=')), 'changes were sent sealed');
await leaves();
console.log(`${sealed.length} changes were sent sealed, ${seen.size} pages were looked at, and no password that can be read`);
