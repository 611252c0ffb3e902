// Debian's Chromium in a home of its own, which holds whom it believes, and the certificates of the person at it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

/// Starts it. `believes` is the file of an authority, as an administrator would install it. `owns` are the person's
/// certificates and keys, in files; one of them is shown at `shownAt` (an origin) where that asks, and nobody is asked
/// which. Elsewhere a browser with certificates would wait for somebody to choose.
export async function chromium({ home, believes, owns = [], shownAt = null, patience = 60_000 }) {
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
    args: ['--no-sandbox', '--disable-gpu', '--lang=en'],
    env: { ...process.env, HOME: home, LANGUAGE: 'en' },
    userDataDir: profile,
    timeout: patience,
    protocolTimeout: patience,
  });
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
