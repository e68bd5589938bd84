/** Who may do what over HTTP, and the secrets that prove it. */

/** Lowest first; a higher role includes the lower ones. */
export const ROLES = ['trader', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** One secret a role, sent as `Authorization: Bearer`. */
export type Tokens = Readonly<Record<Role, string>>;

/**
 * Thrown when the stored tokens cannot be used. The message names the file and what to do about
 * it, and never holds a token; it has no `cause`, since a parser's error quotes what it read.
 */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}
