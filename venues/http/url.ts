/** What the adapters' lists of hosts have in common. */

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether a URL's host is this machine by name or number. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname);
}

/** A URL for a message, without what somebody may have written before the host. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
}
