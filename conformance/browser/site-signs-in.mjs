// People of a site sign in at a hub: with the right password and a wrong one, while a connector goes, and without scripts.
// Ends with an error at the first thing that is not as it should be.
import assert from 'node:assert/strict';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { alarms, arrives, enters, isIn, leaves, posted, says, told } from './site.mjs';

const { folder, person, others, mistypes } = told;

/// The test does what was asked for in this file, and says so in another.
async function asksTheTest(what) {
  writeFileSync(join(folder, 'asked.new'), what);
  renameSync(join(folder, 'asked.new'), join(folder, 'asked'));
  while (!existsSync(join(folder, 'done'))) await pause(20);
}

const first = await arrives({ scripts: true });
await enters(first, { name: person.name, password: person.wrong });
await says(first, /^You could not be logged in: check the name and the password/);
await enters(first, { password: person.password });
await isIn(first);

// People of the company's other directory, by whatever their names are there.
for (const { name, password } of others) {
  const page = await arrives({ scripts: true });
  await enters(page, { name, password });
  await isIn(page);
}
const mistyped = await arrives({ scripts: true });
await enters(mistyped, { name: mistypes, password: person.wrong });
await says(mistyped, /^You could not be logged in: check the name and the password/);

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

// Whoever goes on typing while the page asks about one name is not sent as another: nothing is sent at all.
const hasty = await arrives({
  scripts: true,
  meanwhile: (page) => page.$eval('#name', (field, name) => { field.value = name; }, person.name),
});
const steps = () => posted.filter(({ to }) => to === '/sso/step').length;
const sent = steps();
await hasty.type('#name', 'somebody.elsewhere');
await hasty.type('#password', person.password);
await hasty.keyboard.press('Enter');
await hasty.waitForFunction(() => !document.getElementById('seal-problem').hidden);
assert.equal(steps(), sent, 'nothing is sent');

// Without scripts there is nothing to type a password into, and no other page comes that has it.
const third = await arrives({ scripts: false });
const before = posted.length;
const field = await third.$('#password');
if (field && (await field.isVisible())) await field.type(person.password);
await enters(third, { name: person.name });
await says(third, /^Passwords of your company are sealed in the browser before they are sent, and yours cannot do that/);
const plain = posted.slice(before);
assert.deepEqual(plain.map(({ to }) => to), ['/sso/step']);
assert.ok(!new URLSearchParams(plain[0].body).get('password'), 'no password without scripts');

const forms = posted.filter(({ body }) => body.includes('sealed='));
assert.equal(forms.length, 4 + others.length, 'each password was sent sealed, once');
assert.ok(posted.some(({ body }) => body.includes(encodeURIComponent(person.name))), 'posts are seen');
await leaves();
console.log(`${posted.length} posts, ${forms.length} of them with a sealed password, none with one that can be read`);
