/** What anything thrown says. Fields are asked for, not the class: Node's own errors may differ. */

/** Returns the message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return textField(thrown, 'message') ?? String(thrown);
}

/** Returns one text field of anything thrown, e.g. its `code`; undefined where it has none. */
export function textField(thrown: unknown, field: 'message' | 'name' | 'code'): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const value: unknown = Reflect.get(thrown, field);
  return typeof value === 'string' ? value : undefined;
}
