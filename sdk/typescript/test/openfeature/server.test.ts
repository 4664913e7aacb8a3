/**
 * The scenarios of the OpenFeature specification for the evaluation of flags, by meaning, and protocol
 * clause 14, through OpenFeature's own API.
 */

import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import { OpenFeature, ProviderEvents, type Client, type EvaluationContext } from "@openfeature/server-sdk";
import { TrialogServerProvider } from "../../src/openfeature/server.js";
import type { TrialogClient } from "../../src/index.js";
import { hashSubject } from "../../src/index.js";
import { Platform } from "../client/platform.js";
import { until } from "../support.js";
import { snapshot } from "./flags.js";

let platform: Platform;
let trialog: TrialogClient;
let client: Client;

beforeEach(async () => {
  platform = await new Platform().start();
  serve(1);
  trialog = platform.client({ mode: "polling", pollIntervalMillis: 20, staleAfterMillis: 300 });
  await OpenFeature.setProviderAndWait(new TrialogServerProvider(trialog));
  client = OpenFeature.getClient();
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  await OpenFeature.setContext({});
  await platform.end();
});
after(() => OpenFeature.close());

function serve(position: number, status?: string): void {
  platform.publishNote(position, platform.signer.snapshot(snapshot(position, status)));
}

/** Whoever asks, from now on. */
async function as(context: EvaluationContext): Promise<void> {
  await OpenFeature.setContext(context);
}

test("resolves values of every type", async () => {
  assert.equal(await client.getBooleanValue("boolean-flag", false), true);
  assert.equal(await client.getStringValue("string-flag", "bye"), "hi");
  assert.equal(await client.getNumberValue("integer-flag", 1), 10);
  assert.equal(await client.getNumberValue("float-flag", 0.1), 0.5);
  assert.deepEqual(await client.getObjectValue("object-flag", {}), {
    showImages: true,
    title: "Check out these pics!",
    imagesPerPage: 100,
  });
});

test("resolves details of every type", async () => {
  const all = [
    await client.getBooleanDetails("boolean-flag", false),
    await client.getStringDetails("string-flag", "bye"),
    await client.getNumberDetails("integer-flag", 1),
    await client.getNumberDetails("float-flag", 0.1),
    await client.getObjectDetails("object-flag", {}),
  ];
  assert.deepEqual(
    all.map(({ variant, reason, errorCode }) => [variant, reason, errorCode]),
    ["on", "greeting", "ten", "half", "template"].map((variant) => [variant, "STATIC", undefined]),
  );
});

test("resolves based on context", async () => {
  assert.equal(await client.getStringValue("context-aware", "?"), "EXTERNAL");
  await as({ fn: "Sulisław", ln: "Świętopełk", age: 29, customer: false, ignored: { deep: [1] } });
  const details = await client.getStringDetails("context-aware", "EXTERNAL");
  assert.deepEqual([details.value, details.reason], ["INTERNAL", "TARGETING_MATCH"]);
});

test("a missing flag is not found, and another type a mismatch", async () => {
  const missing = await client.getStringDetails("missing-flag", "uh-oh");
  assert.deepEqual([missing.value, missing.reason, missing.errorCode], ["uh-oh", "ERROR", "FLAG_NOT_FOUND"]);
  const wrong = await client.getNumberDetails("wrong-flag", 13);
  assert.deepEqual([wrong.value, wrong.reason, wrong.errorCode], [13, "ERROR", "TYPE_MISMATCH"]);
  assert.equal((await client.getBooleanDetails("string-flag", true)).errorCode, "TYPE_MISMATCH");
  assert.equal((await client.getObjectDetails("integer-flag", {})).errorCode, "TYPE_MISMATCH");
});

test("14.3: an experiment gives its payload, or else the key of its variant", async () => {
  await as({ targetingKey: "ada" });
  const details = await client.getObjectDetails("checkout", {});
  assert.deepEqual(details.value, { colour: "green" });
  assert.deepEqual([details.variant, details.reason], ["treatment", "SPLIT"]);
  assert.deepEqual(details.flagMetadata, {
    kind: "experiment",
    experiment: "checkout",
    reason: "ASSIGNED",
    environment: "production",
    epoch: 3,
    position: 1,
  });
  assert.equal(await client.getStringValue("plain", "a"), "b");
  const unsaid = await client.getObjectDetails("unsaid-flag", { mine: 1 });
  assert.deepEqual([unsaid.value, unsaid.variant, unsaid.errorCode], [{ mine: 1 }, "unsaid", undefined]);
});

test("14.2, 14.6: the targeting key stands for a unit that is not there; without both it is an error", async () => {
  assert.equal((await client.getStringDetails("plain", "mine")).errorCode, "TARGETING_KEY_MISSING");
  assert.equal((await client.getBooleanDetails("split-flag", true)).errorCode, "TARGETING_KEY_MISSING");
  await as({ targetingKey: "ada", device_id: "phone-7" });
  await client.getStringValue("plain", "a");
  await as({ targetingKey: "ada" });
  await client.getStringValue("plain", "a");
  assert.equal(await trialog.flush(5_000), true);
  assert.deepEqual(
    platform.events("exposures").map(({ subject }) => subject),
    ["phone-7", "ada"].map((subject) => hashSubject("production", "device_id", subject)),
  );
});

test("14.5: whoever is not assigned gets the value of control", async () => {
  await as({ targetingKey: "ada" });
  const changes: unknown[] = [];
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) =>
    changes.push([details?.message, details?.flagsChanged]),
  );
  serve(2, "killed");
  await until("the kill", () => changes.length > 0);
  assert.deepEqual(changes, [["position 2", ["checkout"]]]);
  const details = await client.getObjectDetails("checkout", {});
  assert.deepEqual(details.value, { colour: "grey" });
  assert.deepEqual([details.reason, details.flagMetadata["reason"]], ["DISABLED", "KILLED"]);
});

test("14.8: an evaluation that assigns is recorded once, and a type mismatch is not", async () => {
  await as({ targetingKey: "ada" });
  await client.getBooleanValue("checkout", true);
  assert.equal(trialog.counters().eventsRecorded, 0);
  await client.getObjectValue("checkout", {});
  await client.getObjectValue("checkout", {});
  assert.equal(trialog.counters().eventsRecorded, 1);
});

test("tracking records an outcome for each unit", async () => {
  await as({ targetingKey: "ada" });
  client.track("ride_value", {}, { value: 12.5 });
  client.track("booked");
  assert.equal(await trialog.flush(5_000), true);
  assert.deepEqual(
    platform.events("outcomes").map(({ metric, value }) => [metric, value]),
    [
      ["ride_value", 12.5],
      ["ride_value", 12.5],
      ["booked", 1],
      ["booked", 1],
    ],
  );
});

test("14.4: a client that hears nothing is stale and says so", async () => {
  platform.status = 503;
  await until("stale", () => client.providerStatus === "STALE");
  const details = await client.getStringDetails("string-flag", "mine");
  assert.deepEqual([details.value, details.reason, details.flagMetadata["reason"]], ["hi", "STALE", "DEFAULT"]);
  platform.status = 0;
  await until("ready", () => client.providerStatus === "READY");
});

test("without a snapshot in time the provider is in error until one comes", async () => {
  platform.status = 503;
  const late = new TrialogServerProvider(platform.client({ mode: "polling", pollIntervalMillis: 20 }), 100);
  await assert.rejects(OpenFeature.setProviderAndWait("late", late), /100 ms/);
  const lateClient = OpenFeature.getClient("late");
  assert.equal(lateClient.providerStatus, "ERROR");
  assert.equal((await lateClient.getStringDetails("string-flag", "mine")).errorCode, "PROVIDER_NOT_READY");
  platform.status = 0;
  await until("ready", () => lateClient.providerStatus === "READY");
  assert.equal(await lateClient.getStringValue("string-flag", "mine"), "hi");
});

test("the end of the provider is the end of its client", async () => {
  await OpenFeature.clearProviders();
  await until("closed", () => trialog.state === "CLOSED");
});
