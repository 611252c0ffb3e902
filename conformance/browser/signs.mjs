// An application without people, which signs in place of sending a secret: `openid-client` with each kind of key. `make`
// prints the keys; `use` reads them on stdin, gets tokens for itself, asks about them and gives them back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, importJWK } from 'jose';
import * as oidc from 'openid-client';

const [, , does, issuer] = process.argv;

if (does === 'make') {
  const keys = [];
  for (const alg of ['ES256', 'RS256', 'Ed25519']) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...(await exportJWK(privateKey)), alg, kid: alg });
  }
  console.log(JSON.stringify(keys));
} else {
  for (const jwk of JSON.parse(readFileSync(0, 'utf8'))) {
    const key = { key: await importJWK(jwk), kid: jwk.kid };
    const entryway = await oidc.discovery(new URL(issuer), 'signs', undefined, oidc.PrivateKeyJwt(key));
    const { access_token, scope } = await oidc.clientCredentialsGrant(entryway, { scope: 'reports' });
    assert.equal(scope, 'reports');
    const told = await oidc.tokenIntrospection(entryway, access_token);
    assert.deepEqual([told.active, told.client_id], [true, 'signs']);
    await oidc.tokenRevocation(entryway, access_token);
    assert.deepEqual(await oidc.tokenIntrospection(entryway, access_token), { active: false });
    console.log(`${jwk.alg} is good`);
  }
  // A key that nobody has registered, by the name of one that is.
  const { privateKey } = await generateKeyPair('ES256');
  const proof = oidc.PrivateKeyJwt({ key: privateKey, kid: 'ES256' });
  const other = await oidc.discovery(new URL(issuer), 'signs', undefined, proof);
  await assert.rejects(oidc.clientCredentialsGrant(other, { scope: 'reports' }), { status: 401 });
}
