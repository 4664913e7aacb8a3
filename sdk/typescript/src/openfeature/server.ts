import {
  OpenFeatureEventEmitter,
  ProviderEvents,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
  type TrackingEventDetails,
} from "@openfeature/server-sdk";
import type { TrialogClient } from "../client/client.js";
import { isBoolean, isNumber, isObject, isString, Lifecycle, START_MILLIS } from "./provider.js";
import { resolve } from "./resolve.js";

/** Flags and experiments for OpenFeature in a server, whose contexts come with each evaluation. Evaluates in memory. */
export class TrialogServerProvider implements Provider {
  readonly metadata = { name: "trialog" } as const;
  readonly runsOn = "server" as const;
  readonly events = new OpenFeatureEventEmitter();
  private readonly lifecycle: Lifecycle;

  /**
   * @param client is the provider's from now on: it is closed with it
   * @param mostMillis how long the start waits for a snapshot
   */
  constructor(
    readonly client: TrialogClient,
    mostMillis = START_MILLIS,
  ) {
    this.lifecycle = new Lifecycle(client, mostMillis, {
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: (message) => this.events.emit(ProviderEvents.Stale, { message }),
      error: (message) => this.events.emit(ProviderEvents.Error, { message }),
      changed: (message, flagsChanged) =>
        this.events.emit(ProviderEvents.ConfigurationChanged, { message, flagsChanged }),
    });
  }

  async initialize(): Promise<void> {
    await this.lifecycle.start();
  }

  async onClose(): Promise<void> {
    await this.lifecycle.end();
  }

  async resolveBooleanEvaluation(
    key: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return resolve(this.client, key, fallback, context, isBoolean);
  }

  async resolveStringEvaluation(
    key: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return resolve(this.client, key, fallback, context, isString);
  }

  async resolveNumberEvaluation(
    key: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return resolve(this.client, key, fallback, context, isNumber);
  }

  /** A JSON object or array. */
  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return resolve(this.client, key, fallback, context, isObject);
  }

  /** Records an outcome. */
  track(event: string, context: EvaluationContext, details: TrackingEventDetails): void {
    this.lifecycle.track(event, context, details);
  }
}
