import { isWellFormed } from "../hash/utf8.js";
import type { Json } from "./json.js";

/** Longest salt, surface, unit, attribute name or attribute value, in UTF-16 code units. */
export const MAX_TEXT = 1_024;

const MAX_INT = 2_147_483_647;
const KEY = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What breaks a rule of a snapshot's form; the message names the member. */
export class Invalid extends Error {}

/** A value inside a JSON tree, with its name for messages. Every wrong kind is {@link Invalid}. */
export class Member {
  constructor(
    readonly name: string,
    private readonly value: Json,
  ) {}

  /** Refuses members beside the known ones. */
  only(known: ReadonlySet<string>): void {
    for (const member of Object.keys(this.object())) {
      if (!known.has(member)) {
        throw new Invalid(`${this.name} has a member this format does not know`);
      }
    }
  }

  has(member: string): boolean {
    return Object.hasOwn(this.object(), member);
  }

  get(member: string): Member {
    const object = this.object();
    if (!Object.hasOwn(object, member)) {
      throw new Invalid(`${this.name} lacks ${member}`);
    }
    return new Member(member, object[member] as Json);
  }

  elements(what: string, most: number): readonly Member[] {
    if (!Array.isArray(this.value)) {
      throw this.wrong("an array");
    }
    if (this.value.length > most) {
      throw new Invalid(`expected at most ${most} ${what}, found ${this.value.length}`);
    }
    return this.value.map((element: Json) => new Member(`an element of ${this.name}`, element));
  }

  /** A text that has a UTF-8 form and is not longer than the limit. */
  text(limit = MAX_TEXT): string {
    if (typeof this.value !== "string") {
      throw this.wrong("a text");
    }
    if (this.value.length > limit || !isWellFormed(this.value)) {
      throw this.wrong(`a text of at most ${limit} characters`);
    }
    return this.value;
  }

  /** A text that is not empty. */
  filled(): string {
    const text = this.text();
    if (text === "") {
      throw this.wrong("a text that is not empty");
    }
    return text;
  }

  key(): string {
    const text = this.text();
    if (!KEY.test(text)) {
      throw this.wrong("a key, [a-z0-9][a-z0-9_-]{0,62}");
    }
    return text;
  }

  /** One of some words. */
  word<W extends string>(words: readonly W[]): W {
    const text = this.text();
    const found = words.find((word) => word === text);
    if (found === undefined) {
      throw this.wrong(`one of ${words.join(", ")}`);
    }
    return found;
  }

  integer(from: number, to: number): number {
    if (typeof this.value !== "number" || this.value < from || this.value > to) {
      throw this.wrong(`an integer of ${from} to ${to}`);
    }
    return this.value;
  }

  /** 0 to 2^31-1. */
  count(): number {
    return this.integer(0, MAX_INT);
  }

  truth(): boolean {
    if (typeof this.value !== "boolean") {
      throw this.wrong("true or false");
    }
    return this.value;
  }

  /** Whatever the reading function makes of a member that may be absent. */
  optional<T>(member: string, read: (found: Member) => T): T | undefined {
    return this.has(member) ? read(this.get(member)) : undefined;
  }

  private object(): { readonly [key: string]: Json } {
    if (this.value === null || typeof this.value !== "object" || Array.isArray(this.value)) {
      throw this.wrong("an object");
    }
    return this.value as { readonly [key: string]: Json };
  }

  private wrong(expected: string): Invalid {
    return new Invalid(`${this.name} must be ${expected}`);
  }
}
