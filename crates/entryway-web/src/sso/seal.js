// Seals a password for the company that it belongs to, before it leaves the browser: HPKE (RFC 9180), base mode,
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, by WebCrypto alone. Version 1; docs/sealed-passwords.md.
"use strict";
(() => {
  const crypto = globalThis.crypto, subtle = crypto.subtle, utf8 = new TextEncoder();
  const ROOM = 1026; // two bytes of length, and the longest password
  const KEM = [75, 69, 77, 0, 16]; // "KEM" ‖ DHKEM(P-256, HKDF-SHA256)
  const HPKE = [72, 80, 75, 69, 0, 16, 0, 1, 0, 1]; // "HPKE" ‖ KEM ‖ HKDF-SHA256 ‖ AES-128-GCM

  const bytesOf = (part) => (typeof part === "string" ? utf8.encode(part) : Uint8Array.from(part));
  const join = (...parts) => {
    const all = parts.map(bytesOf);
    const joined = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of all) { joined.set(part, at); at += part.length; }
    return joined;
  };
  const two = (number) => [number >> 8, number & 255];
  const fields = (...parts) => join(...parts.flatMap((part) => { const bytes = bytesOf(part); return [two(bytes.length), bytes]; }));
  const read = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const write = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // RFC 5869 and RFC 9180 §4: extract and expand, each bound to the suite.
  const hmac = async (key, message) => {
    const usable = await subtle.importKey("raw", key.length ? key : new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", usable, message));
  };
  const extract = (suite, salt, label, material) => hmac(bytesOf(salt), join("HPKE-v1", suite, label, material));
  const expand = async (suite, key, label, info, length) =>
    (await hmac(key, join(two(length), "HPKE-v1", suite, label, info, [1]))).slice(0, length);

  const pad = (password) => {
    const text = utf8.encode(password);
    if (text.length > ROOM - 2) throw new Error("too long");
    const padded = new Uint8Array(ROOM);
    padded.set(two(text.length));
    padded.set(text, 2);
    return padded;
  };

  // One password for one challenge. `pair` is given by tests alone.
  const seal = async (challenge, purpose, audience, name, password, pair) => {
    if (challenge.version !== 1 || challenge.suite !== "P256-HKDF-SHA256-AES128GCM") throw new Error("unknown suite");
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const theirs = read(challenge.key);
    const ours = pair || await subtle.generateKey(curve, false, ["deriveBits"]);
    const enc = new Uint8Array(await subtle.exportKey("raw", ours.publicKey));
    const shared = new Uint8Array(await subtle.deriveBits(
      { name: "ECDH", public: await subtle.importKey("raw", theirs, curve, false, []) }, ours.privateKey, 256));
    const secret = await expand(KEM, await extract(KEM, [], "eae_prk", shared), "shared_secret", join(enc, theirs), 32);

    const info = fields("entryway sealed password v1", challenge.site, challenge.connector, read(challenge.key_id));
    const context = join([0], await extract(HPKE, [], "psk_id_hash", []), await extract(HPKE, [], "info_hash", info));
    const root = await extract(HPKE, secret, "secret", []);
    const key = await subtle.importKey("raw", await expand(HPKE, root, "key", context, 16), "AES-GCM", false, ["encrypt"]);
    const iv = await expand(HPKE, root, "base_nonce", context, 12);

    const padded = pad(password);
    const additionalData = fields(purpose, audience, name, read(challenge.nonce));
    const sealed = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, padded));
    padded.fill(0);
    return { connector: challenge.connector, key_id: challenge.key_id, nonce: challenge.nonce, enc: write(enc), ciphertext: write(sealed) };
  };
  const sealAll = async (answer, purpose, password) => {
    const sealed = [];
    for (const challenge of answer.challenges) sealed.push(await seal(challenge, purpose, answer.audience, answer.login_name, password));
    return JSON.stringify(sealed);
  };
  if (typeof document === "undefined") { globalThis.entrywaySeal = { seal }; return; }

  // The page: whatever the form is for, its passwords leave it sealed, or, for people of no company elsewhere, as ever.
  const form = document.querySelector("form[data-seal]");
  if (!form) return;
  const secrets = [...form.querySelectorAll("input[type=password]")];
  const at = (id) => secrets.find((field) => field.id === id);
  const alarm = document.getElementById("seal-problem"), why = document.getElementById("why");
  const tell = (text) => { alarm.firstElementChild.textContent = text; alarm.hidden = false; };
  const hidden = (name, value) => {
    const field = document.createElement("input");
    field.type = "hidden"; field.name = name; field.value = value;
    form.append(field);
  };
  const question = () => {
    const body = new URLSearchParams({ flow: form.elements.flow.value, name: form.elements.name.value });
    if (form.elements.domain) body.set("domain", form.elements.domain.value);
    return body;
  };
  const ask = async () => {
    const body = question();
    const answer = await fetch(form.dataset.seal, { method: "POST", body, credentials: "same-origin", redirect: "error" });
    const read = answer.headers.get("content-type") === "application/json" ? await answer.json() : null;
    // Somebody typed on meanwhile: the answer is about another, whose password may go in clear.
    if (String(question()) !== String(body)) throw new Error("another name");
    return read;
  };
  // What is sealed is for the name that was typed, and for no other that an answer may name.
  const isTyped = (name) => {
    const typed = form.elements.name.value;
    return typed === name || typed.endsWith("/" + name) || typed.endsWith("\\" + name);
  };
  const send = async (action) => {
    const answer = await ask();
    if (answer && answer.problem) return tell(answer.problem);
    if (answer && answer.site === null) for (const field of secrets) field.name = field.id;
    else if (answer) {
      if (!isTyped(answer.login_name)) throw new Error("another name");
      if (action === "change") {
        const [old, fresh] = [at("password").value, at("new").value];
        if (fresh !== at("repeat").value) return tell(form.dataset.notSame);
        const again = await ask();
        if (!again || !again.challenges) return tell((again && again.problem) || form.dataset.failed);
        hidden("sealed", await sealAll(answer, "old", old));
        hidden("sealed_new", await sealAll(answer, "new", fresh));
        hidden("sealed_login", await sealAll(again, "login", fresh));
      } else hidden("sealed", await sealAll(answer, "login", at("password").value));
      for (const field of secrets) field.value = "";
    }
    hidden("action", action);
    form.submit();
    return true;
  };
  let busy = false;
  form.addEventListener("submit", (event) => {
    const action = (event.submitter && event.submitter.value) || form.querySelector("button").value;
    if (action !== "login" && action !== "change") return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    alarm.hidden = true;
    if (why) why.hidden = true; // it was about the last attempt
    send(action).catch(() => tell(form.dataset.failed)).then((sent) => { busy = sent === true; });
  });
  // A page that the browser kept, shown once more: nothing of the last time is in it.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  for (const block of form.querySelectorAll("[data-secret]")) block.hidden = false;
  for (const field of secrets) field.required = true;
  const first = form.elements.name.value ? secrets[0] : form.elements.name;
  first.focus();
})();
