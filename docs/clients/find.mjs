// Finds people by what was typed: a name, the beginning of one, a login name, a mail address.
//
//   ENTRYWAY_URL=http://127.0.0.1:8389 ENTRYWAY_TOKEN_FILE=people.token node find.mjs aokafor
//
// One line for each: name, mail address, id. Needs Node 18 or newer, and no packages.

import { readFile } from "node:fs/promises";

const { ENTRYWAY_URL, ENTRYWAY_TOKEN_FILE } = process.env;
const token = (await readFile(ENTRYWAY_TOKEN_FILE, "utf8")).trim();

async function get(path, parameters) {
  const url = new URL(path, ENTRYWAY_URL);
  url.search = new URLSearchParams(parameters).toString();
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    // Hanging up abandons the search at the directory.
    signal: AbortSignal.timeout(10_000),
  });
  const document = await answer.json();
  if (!answer.ok) {
    // A problem document (RFC 9457): `code` for programs, `detail` and `remedy` for people. 503 means that nobody could be asked.
    const { status, code, detail, remedy } = document;
    throw new Error(`no answer: ${status} ${code}: ${detail}; ${remedy}`);
  }
  return document;
}

try {
  const found = await get("/api/v1/people", { q: process.argv[2], limit: "10" });
  for (const { name, mail = "", id } of found.matches) {
    console.log([name, mail, id].join("\t"));
  }
  if (found.partial) {
    console.error("there may be more:", found.gaps);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
