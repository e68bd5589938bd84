/** Identities that must be the same whoever computes them, and whenever. */
import { createHash } from 'node:crypto';
import type { Proposal } from '../domain/proposal.ts';
import type { Book } from '../domain/venue-id.ts';

/**
 * The identity an order carries to the venue: a UUID made from what the order is for, so that a
 * repeat after any crash sends the same one.
 */
export function clientOrderId(order: {
  book: Book;
  tradeId: string;
  leg: number;
  attempt: number;
}): string {
  const text = `ballast-order/${order.book}/${order.tradeId}/${order.leg}/${order.attempt}`;
  const hex = sha256Hex(text);
  // Version 8 (custom) and variant bits make it a well-formed UUID.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** The hash of what a proposal asks, whatever the order of its fields and the spelling of numbers. */
export function proposalHash(proposal: Proposal): string {
  return sha256Hex(canonicalJson(proposal));
}

/** The hash of a pair's two rule texts; a venue that tells none counts as an empty text. */
export function rulesHash(rules: { kalshi?: string; polymarket?: string }): string {
  return sha256Hex(canonicalJson([rules.kalshi ?? '', rules.polymarket ?? '']));
}

/** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with sorted keys and without absent fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
