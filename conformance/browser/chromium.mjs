// Debian's Chromium in a home of its own, which holds whom it believes, and the certificates of the person at it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

/// Starts it. `believes` is the file of an authority, as an administrator would install it. `owns` are the person's
/// certificates and keys, in files; one of them is shown at `shownAt` (an origin) where that asks, and nobody is asked
/// which. Elsewhere a browser with certificates would wait for somebody to choose. `inside` is a company's network: its
/// `proxy`, by which everything goes out, and its own `hosts`, which are all `at` one address.
export async function chromium({ home, believes, owns = [], shownAt = null, inside = null, patience = 60_000 }) {
  const database = join(home, '.pki/nssdb');
  mkdirSync(database, { recursive: true });
  const certutil = (...words) => execFileSync('certutil', ['-d', `sql:${database}`, ...words]);
  certutil('-N', '--empty-password');
  certutil('-A', '-t', 'C,,', '-n', 'tests', '-i', believes);
  for (const own of owns) owned(database, own);
  const profile = join(home, 'profile');
  if (shownAt) choosesByItself(profile, shownAt);
  return puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    // The tests run as root in places, where Chromium has no sandbox.
    args: ['--no-sandbox', '--disable-gpu', '--lang=en', ...(inside ? waysOf(inside) : HERE)],
    env: { ...process.env, HOME: home, LANGUAGE: 'en' },
    userDataDir: profile,
    timeout: patience,
    protocolTimeout: patience,
  });
}

// Whenever a test beside this one makes a network, or ends one, an address of this machine comes or goes, and Chromium ends
// each request of HTTP/2 that is under way (ERR_NETWORK_CHANGED). In a company's network nothing does.
const HERE = ['--disable-http2'];

function waysOf({ proxy, hosts, at }) {
  // This machine's own name is no exception: whoever is called so stands beyond the proxy.
  return [`--proxy-server=${proxy}`, `--proxy-bypass-list=<-loopback>;${hosts}`, `--host-resolver-rules=MAP ${hosts} ${at}`];
}

/// Does what brings another page, and waits until that one is there and whole. Puppeteer's word is not enough on a busy
/// machine: a page that began may count as loaded while it has nothing to read yet.
export async function turns(page, act) {
  await page.evaluate(() => { globalThis.isLeft = true; });
  await Promise.all([page.waitForNavigation(), act()]);
  await isThere(page);
}

/// Waits until the page that comes, or came, is whole.
export async function isThere(page) {
  const until = Date.now() + page.getDefaultTimeout();
  const state = () => page.evaluate(() => (globalThis.isLeft ? 'left' : document.readyState));
  for (let found; (found = await state().catch(wasLeft)) !== 'complete'; await pause(10)) {
    if (Date.now() > until) throw new Error(`no whole page came: ${found}`);
  }
}

/// A page that goes while it is asked has no answer; whatever else is wrong is an error.
function wasLeft(error) {
  if (/context was destroyed|Cannot find context|detached/.test(error.message)) return 'left';
  throw error;
}

function owned(database, { certificate, key }) {
  const bundle = join(database, 'own.p12');
  const password = 'of the way into the database';
  execFileSync('openssl', ['pkcs12', '-export', '-in', certificate, '-inkey', key, '-out', bundle, '-passout', `pass:${password}`]);
  execFileSync('pk12util', ['-d', `sql:${database}`, '-i', bundle, '-W', password, '-K', '']);
  rmSync(bundle);
}

/// What `AutoSelectCertificateForUrls` would say, which only a policy of the whole machine can: Chromium keeps it as a
/// setting of the site, and that the profile may have.
function choosesByItself(profile, shownAt) {
  mkdirSync(join(profile, 'Default'), { recursive: true });
  const exceptions = { auto_select_certificate: { [`${shownAt},*`]: { setting: { filters: [{}] } } } };
  const preferences = { profile: { content_settings: { exceptions } } };
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
}
