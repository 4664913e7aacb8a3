/** Records exposures until it is killed; arguments: base URL, verifier key, folder. */

import { createClient } from "../../src/index.js";
import { fileStorage } from "../../src/node/index.js";
import { TOKEN } from "./platform.js";

const [baseUrl = "", verifierKey = "", folder = ""] = process.argv.slice(2);
const client = createClient({
  baseUrl,
  token: TOKEN,
  environment: "production",
  verifierKey,
  flushIntervalMillis: 60_000,
  storage: fileStorage(folder),
});
await client.ready(10_000);
for (let i = 0; i < 400; i++) {
  client.evaluate("checkout", { user_id: `s${i}` }, "f");
}
// Nothing of a client keeps a process alive; this does.
setInterval(() => undefined, 1_000);
