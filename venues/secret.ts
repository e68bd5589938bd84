import { inspect } from 'node:util';

const REDACTED = '[redacted]';
/** Shorter texts are no secrets, and stand in others by chance. */
const SECRET_LENGTH_MIN = 6;
/** 65 bytes in hex digits or more: a signature of an order or of a login. Ids are shorter. */
const SIGNATURE = /(?:0x)?[0-9a-fA-F]{130,}/g;

/** Text that must not be printed: every way of writing it down gives `[redacted]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** A text from outside without what it may repeat of ours: these texts, and signatures. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text)
    .replaceAll(SIGNATURE, REDACTED);
}
