/**
 * OpenFeature's own clients of OFREP, unmodified, against a running platform (protocol clause 14).
 *
 *     node build/test/ofrep/run.js BASE_URL ADMIN_TOKEN
 *
 * Started by ops/bin/test-ofrep.
 */

import assert from "node:assert/strict";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature as Servers } from "@openfeature/server-sdk";
import { OpenFeature as Pages, ProviderEvents, type Provider } from "@openfeature/web-sdk";
import { parseSnapshot, evaluate } from "../../src/index.js";
import type { Snapshot } from "../../src/index.js";
import { until } from "../support.js";

const [base = "", admin = ""] = process.argv.slice(2);
const READY_MILLIS = 60_000;

async function ask(method: string, path: string, token: string, body?: unknown): Promise<Response> {
  const response = await fetch(base + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response;
}

async function order(path: string, token: string, body: unknown): Promise<number> {
  const answer = (await (await ask("POST", path, token, body)).json()) as { position: number };
  return answer.position;
}

async function tokenOf(holder: string, role: string): Promise<string> {
  const body = { holder, roles: [{ role, namespace: "*" }] };
  return ((await (await ask("POST", "/api/v1/tokens", admin, body)).json()) as { secret: string }).secret;
}

async function flag(key: string, type: string, value: unknown, off: unknown): Promise<void> {
  await order("/api/v1/flags", admin, {
    flag: key,
    namespace: "of/rep",
    type,
    variants: [
      { key: "given", value },
      { key: "off", value: off },
    ],
    off_variant: "off",
    rollout: [{ variant: "given", share: 1 }],
  });
  await order(`/api/v1/flags/${key}/enable`, admin, {});
}

/** A running experiment of half and half; the position at which it runs. */
async function experiment(key: string): Promise<number> {
  const author = await tokenOf("author", "experimenter");
  const reviewer = await tokenOf("reviewer", "approver");
  await order("/api/v1/experiments", author, {
    experiment: key,
    namespace: "of/rep",
    title: "Fare copy",
    hypothesis: "A plain text sells more rides.",
    unit: "user_id",
    control: "control",
    variants: [
      { key: "control", share: 0.5 },
      { key: "plain", share: 0.5, payload: '{"text":"plain"}' },
    ],
    primary_metric: "ofrep_booked",
    planned_subjects: 1_000,
  });
  await order(`/api/v1/experiments/${key}/submit`, author, {});
  await order(`/api/v1/experiments/${key}/approve`, reviewer, {});
  return order(`/api/v1/experiments/${key}/start`, author, { traffic: 1 });
}

async function counter(name: string): Promise<number> {
  const health = (await (await fetch(`${base}/health`)).json()) as { counters: Record<string, number> };
  return health.counters[name] ?? -1;
}

async function prepare(): Promise<{ sdk: string; snapshot: Snapshot }> {
  await order("/api/v1/namespaces", admin, { namespace: "of/rep" });
  const metric = { metric: "ofrep_booked", namespace: "of/rep", kind: "proportion", direction: "higher_is_better" };
  await order("/api/v1/metrics", admin, metric);
  await flag("of-yes", "boolean", true, false);
  await flag("of-hello", "text", "hi", "");
  await flag("of-ten", "number", 10, 0);
  await flag("of-page", "json", { title: "Pics" }, {});
  const position = await experiment("of-fares");
  const sdk = await tokenOf("app", "sdk");
  const note = await (await ask("GET", `/api/v1/snapshots/production?min_position=${position}`, sdk)).text();
  return { sdk, snapshot: parseSnapshot(note.slice(0, note.indexOf("\n"))) };
}

function decided(snapshot: Snapshot, user: string) {
  return evaluate(snapshot, "of-fares", { user_id: user }, "mine");
}

async function servers(sdk: string, snapshot: Snapshot): Promise<void> {
  const headers: [string, string][] = [["Authorization", `Bearer ${sdk}`]];
  await Servers.setProviderAndWait(new OFREPProvider({ baseUrl: `${base}/environments/production`, headers }));
  const client = Servers.getClient();
  const ada = { targetingKey: "ada" };
  assert.equal(await client.getBooleanValue("of-yes", false, ada), true);
  assert.equal(await client.getStringValue("of-hello", "bye", ada), "hi");
  assert.equal(await client.getNumberValue("of-ten", 1, ada), 10);
  assert.deepEqual(await client.getObjectValue("of-page", {}, ada), { title: "Pics" });
  const details = await client.getBooleanDetails("of-yes", false, ada);
  assert.deepEqual([details.variant, details.reason, details.flagMetadata["kind"]], ["given", "STATIC", "flag"]);
  const missing = await client.getStringDetails("of-missing", "uh-oh", ada);
  assert.deepEqual([missing.value, missing.errorCode], ["uh-oh", "FLAG_NOT_FOUND"]);
  assert.equal((await client.getNumberDetails("of-hello", 13, ada)).errorCode, "TYPE_MISMATCH");
  assert.equal((await client.getStringDetails("of-fares", "mine")).errorCode, "TARGETING_KEY_MISSING");
  const accepted = await counter("ofrep_exposures_accepted");
  for (let i = 0; i < 40; i++) {
    const user = `user-${i}`;
    const { variant } = decided(snapshot, user);
    const plain = variant === "plain";
    const given = plain
      ? await client.getObjectDetails("of-fares", {}, { targetingKey: user })
      : await client.getStringDetails("of-fares", "mine", { targetingKey: user });
    assert.deepEqual([given.variant, given.reason], [variant, "SPLIT"]);
    assert.deepEqual(given.value, plain ? { text: "plain" } : "control");
  }
  await accepts(accepted + 40);
  const stranger = new OFREPProvider({ baseUrl: base, headers: [["X-API-Key", "trl_aa_no"]] });
  await Servers.setProviderAndWait("stranger", stranger);
  const refused = await Servers.getClient("stranger").getStringDetails("of-hello", "bye");
  assert.deepEqual([refused.value, refused.reason], ["bye", "ERROR"]);
  await Servers.close();
}

/** Exposures are in Kafka, each subject once. */
async function accepts(count: number): Promise<void> {
  const deadline = Date.now() + READY_MILLIS;
  while ((await counter("ofrep_exposures_accepted")) < count) {
    assert.ok(Date.now() < deadline, `exposures are not accepted: ${await counter("ofrep_exposures_accepted")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(await counter("ofrep_exposures_accepted"), count);
}

async function pages(sdk: string, snapshot: Snapshot): Promise<void> {
  const statuses: number[] = [];
  const fetchImplementation: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    statuses.push(response.status);
    return response;
  };
  const recorded = await counter("ofrep_exposures_recorded");
  await Pages.setContext({ targetingKey: "user-1" });
  const headers: [string, string][] = [["X-API-Key", sdk]];
  const options = { baseUrl: base, headers, pollInterval: 100, fetchImplementation };
  // Its types are of a compiler that takes an absent member for an undefined one.
  await Pages.setProviderAndWait(new OFREPWebProvider(options) as Provider);
  const client = Pages.getClient();
  assert.equal(client.getBooleanValue("of-yes", false), true);
  assert.equal(client.getStringValue("of-hello", "bye"), "hi");
  assert.equal(client.getNumberValue("of-ten", 1), 10);
  assert.equal(client.getStringDetails("of-missing", "uh-oh").errorCode, "FLAG_NOT_FOUND");
  for (const user of ["user-1", "user-2", "user-3"]) {
    await Pages.setContext({ targetingKey: user });
    const { variant } = decided(snapshot, user);
    const plain = variant === "plain";
    const given = plain ? client.getObjectDetails("of-fares", {}) : client.getStringDetails("of-fares", "mine");
    assert.deepEqual([given.variant, given.value], [variant, plain ? { text: "plain" } : "control"]);
  }
  await until("a poll that changed nothing", () => statuses.includes(304));
  assert.equal(await counter("ofrep_exposures_recorded"), recorded, "a prefetch exposes nobody");
  let changed = false;
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
    changed = changed || (details?.flagsChanged?.includes("of-yes") ?? false);
  });
  await order("/api/v1/flags/of-yes/kill", admin, { reason: "a test" });
  await until("the kill", () => changed);
  const killed = client.getBooleanDetails("of-yes", true);
  assert.deepEqual([killed.value, killed.variant, killed.reason], [false, "off", "DISABLED"]);
  await Pages.close();
}

const { sdk, snapshot } = await prepare();
await servers(sdk, snapshot);
await pages(sdk, snapshot);
console.log("OpenFeature's clients of OFREP agree with the platform");
