/** Names that people leave where a key belongs. */
const PLACEHOLDER = /^(your|my|test|demo|example|changeme|placeholder|xxx|<)/i;

/** 32 random bytes in base64: one secret in a thousand begins with "my". */
const RANDOM = /^[\w+/-]{43}=?$/;

/** Whether a value stands where a key belongs and is none. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) && !RANDOM.test(value);
}
