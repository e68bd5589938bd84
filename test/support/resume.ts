/** What an admin does once the desk has stopped by itself. */
import type { TestDesk } from './desk.ts';

/** An admin has looked at what stopped the desk, and lets it go on. @param requestId once a resume */
export async function resumeAfterBreach({ engine }: TestDesk, requestId: string): Promise<void> {
  const { ledger, clock } = engine;
  const asked = { desk: 'main', actor: 'ann', role: 'admin', reason: 'looked at it' } as const;
  const intentId = await ledger.writeIntent({ ...asked, action: 'resume' });
  await ledger.resumeDesk('main', { ...asked, requestId, intentId }, await clock.read());
}
