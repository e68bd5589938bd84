/** Names that people leave where a key belongs. */
const PLACEHOLDER = /^(your|my|test|demo|example|changeme|placeholder|xxx|<)/i;

/** Whether a value stands where a key belongs and is none. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}
