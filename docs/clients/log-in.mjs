// Logs somebody in, without a browser. The password of somebody of a site (`plant-a/jane`) is sealed here for that company's
// connector, and the hub cannot read it; anybody else's is sent as ever.
//
//   ENTRYWAY_URL=https://hub.corp.example ENTRYWAY_TOKEN_FILE=portal.token node log-in.mjs plant-a/jane <password-file
//
// Prints the decision as JSON. Exit status: 0 let in, 1 not, 2 nobody could say. Needs Node 18 or newer, and no packages.

import { createCipheriv, createECDH, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

const { ENTRYWAY_URL, ENTRYWAY_TOKEN_FILE } = process.env;
const token = (await readFile(ENTRYWAY_TOKEN_FILE, "utf8")).trim();

async function post(path, body) {
  const answer = await fetch(new URL(path, ENTRYWAY_URL), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return answer.json();
}

// --- sealing: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM

const KEM = Buffer.from("4b454d0010", "hex"); // "KEM", then the number of the first
const HPKE = Buffer.from("48504b45001000010001", "hex"); // "HPKE", then the numbers of all three
const NOTHING = Buffer.alloc(0);
const ROOM = 1026; // every password is padded to this: two bytes of length, and the longest one

const two = (number) => Buffer.from([number >> 8, number & 255]);
const bytes = (base64) => Buffer.from(base64, "base64url");
const fields = (...parts) => Buffer.concat(parts.flatMap((part) => [two(Buffer.byteLength(part)), Buffer.from(part)]));
const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac("sha256", key)).digest();
const extract = (suite, salt, label, material) => hmac(salt, "HPKE-v1", suite, label, material);
const expand = (suite, key, label, info, length) =>
  hmac(key, two(length), "HPKE-v1", suite, label, info, Buffer.from([1])).subarray(0, length);

function seal(challenge, purpose, audience, loginName, password) {
  if (challenge.version !== 1 || challenge.suite !== "P256-HKDF-SHA256-AES128GCM") throw new Error("a way of sealing that is not known here");
  const secretText = Buffer.from(password, "utf8");
  if (secretText.length > ROOM - 2) throw new Error("no site takes a password as long as that");
  const padded = Buffer.alloc(ROOM);
  padded.set(two(secretText.length));
  padded.set(secretText, 2);

  const ours = createECDH("prime256v1");
  const enc = ours.generateKeys();
  const theirs = bytes(challenge.key);
  const shared = extract(KEM, NOTHING, "eae_prk", ours.computeSecret(theirs));
  const secret = expand(KEM, shared, "shared_secret", Buffer.concat([enc, theirs]), 32);
  const info = fields("entryway sealed password v1", challenge.site, challenge.connector, bytes(challenge.key_id));
  const context = Buffer.concat([
    Buffer.from([0]),
    extract(HPKE, NOTHING, "psk_id_hash", NOTHING),
    extract(HPKE, NOTHING, "info_hash", info),
  ]);
  const root = extract(HPKE, secret, "secret", NOTHING);
  const key = expand(HPKE, root, "key", context, 16);
  const cipher = createCipheriv("aes-128-gcm", key, expand(HPKE, root, "base_nonce", context, 12));
  cipher.setAAD(fields(purpose, audience, loginName, bytes(challenge.nonce)));
  const ciphertext = Buffer.concat([cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
  const { connector, key_id, nonce } = challenge;
  return { connector, key_id, nonce, enc: enc.toString("base64url"), ciphertext: ciphertext.toString("base64url") };
}

// --- up to here

async function logIn(name, password) {
  const told = await post("/api/v1/login/challenge", { login_name: name });
  // A problem document (RFC 9457): no connector is in reach, the token is not one, or the request is none.
  if (told.site === undefined) return told;
  if (told.site === null) return post("/api/v1/login", { login_name: name, password, groups: true });
  const sealed = told.challenges.map((challenge) => seal(challenge, "login", told.audience, told.login_name, password));
  return post("/api/v1/login", { login_name: name, sealed, groups: true });
}

const name = process.argv[2];
const password = (await text(process.stdin)).replace(/\r?\n$/, "");
try {
  let answer = await logIn(name, password);
  // No connector opened it, so nobody tried it: what it was sealed with had become too old. Sealed anew, once.
  if (answer.fault === "seal_expired") answer = await logIn(name, password);
  console.log(JSON.stringify(answer));
  process.exitCode = { accept: 0, reject: 1, challenge: 1 }[answer.decision] ?? 2;
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
