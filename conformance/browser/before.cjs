// Debian 12's Node has these under another name; newer ones have them as the applications expect.
const { webcrypto } = require('node:crypto');

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
