/**
 * Runs `work` and waits for it no longer than `ms`, whether or not it heeds its signal.
 * @throws Error that says so where it is late, or the work's own
 */
export async function inTime<Value>(
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${what}: no answer within ${ms} ms`);
      reject(error);
      late.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([work(late.signal), overdue]);
  } finally {
    clearTimeout(timer);
  }
}
