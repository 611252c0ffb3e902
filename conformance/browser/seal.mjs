// Holds the page's script against the vectors that Rust made: what it seals, whoever has the key opens, and finds
// what Rust would have sealed. The opener here is written anew, over node:crypto, and proven on Rust's own sealings
// first.
//
// usage: node seal.mjs SCRIPT VECTORS
import { createDecipheriv, createECDH, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [script, vectors] = process.argv.slice(2);
const known = JSON.parse(readFileSync(vectors, "utf8"));
const hex = (text) => Buffer.from(text, "hex");
const base64 = (text) => Buffer.from(text, "base64url");
const must = (holds, what) => {
  if (!holds) {
    console.error(`does not hold: ${what}`);
    process.exit(1);
  }
};

const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac("sha256", key)).digest();
const two = (number) => Buffer.from([number >> 8, number & 255]);
const KEM = Buffer.from("4b454d0010", "hex");
const HPKE = Buffer.from("48504b45001000010001", "hex");
const extract = (suite, salt, label, material) => hmac(salt, "HPKE-v1", suite, label, material);
const expand = (suite, key, label, info, length) =>
  hmac(key, two(length), "HPKE-v1", suite, label, info, Buffer.from([1])).subarray(0, length);

function open(sealed, info, aad) {
  const ours = createECDH("prime256v1");
  ours.setPrivateKey(hex(known.sealing_key.private));
  const enc = base64(sealed.enc);
  const shared = ours.computeSecret(enc);
  const none = Buffer.alloc(0);
  const secret = expand(KEM, extract(KEM, none, "eae_prk", shared), "shared_secret", Buffer.concat([enc, hex(known.sealing_key.public)]), 32);
  const context = Buffer.concat([Buffer.from([0]), extract(HPKE, none, "psk_id_hash", none), extract(HPKE, none, "info_hash", info)]);
  const root = extract(HPKE, secret, "secret", none);
  const text = base64(sealed.ciphertext);
  const cipher = createDecipheriv("aes-128-gcm", expand(HPKE, root, "key", context, 16), expand(HPKE, root, "base_nonce", context, 12));
  cipher.setAAD(aad);
  cipher.setAuthTag(text.subarray(-16));
  return Buffer.concat([cipher.update(text.subarray(0, -16)), cipher.final()]);
}

const page = { crypto: globalThis.crypto, TextEncoder, atob, btoa };
page.globalThis = page;
vm.runInNewContext(readFileSync(script, "utf8"), page);
const { seal } = page.entrywaySeal;

must(known.sealings.length > 0, "there are vectors");
for (const one of known.sealings) {
  const opened = open(one.sealed, hex(one.info), hex(one.aad));
  must(opened.equals(hex(one.plaintext)), "the opener opens what Rust sealed");
  const made = await seal(known.challenge, one.purpose, one.audience, one.login_name, one.password);
  must(open(made, hex(one.info), hex(one.aad)).equals(hex(one.plaintext)), `sealed as Rust does: ${one.purpose}`);
  for (const key of ["connector", "key_id", "nonce"]) must(made[key] === one.sealed[key], key);
  must(made.enc.length === one.sealed.enc.length && made.ciphertext.length === one.sealed.ciphertext.length, "one size for all");
  must(made.enc !== one.sealed.enc, "a fresh key each time");
  // For another purpose, name or audience it does not open.
  for (const other of [["new", one.audience, one.login_name], [one.purpose, "other", one.login_name], [one.purpose, one.audience, "other"]]) {
    if (other.join() === [one.purpose, one.audience, one.login_name].join()) continue;
    const bound = await seal(known.challenge, ...other, one.password);
    let opens = true;
    try { open(bound, hex(one.info), hex(one.aad)); } catch { opens = false; }
    must(!opens, `bound to ${other}`);
  }
}
const fails = async (challenge, password) => {
  try { await seal(challenge, "login", "a", "b", password); } catch { return true; }
  return false;
};
must(await fails({ ...known.challenge, version: 2 }, "x"), "another version is refused");
must(await fails({ ...known.challenge, suite: "none" }, "x"), "another suite is refused");
must(await fails(known.challenge, "ü".repeat(513)), "a password that no site takes is refused");
must(!(await fails(known.challenge, "ü".repeat(512))), "the longest is sealed");
console.log(`${known.sealings.length} vectors hold`);
