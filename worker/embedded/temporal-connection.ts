import { Connection } from '@temporalio/client';
import { listensAt } from './listeners.ts';

/** The address the embedded Temporal server listens at. */
export const HOST = '127.0.0.1';

/** Whether this very process answers as a Temporal server at a port of the loopback address. */
export async function serves(pid: number, port: number): Promise<boolean> {
  // Also spares the second after which gRPC tries a refused connection again.
  if (!(await listensAt(pid, port))) return false;
  const address = `${HOST}:${String(port)}`;
  const connection = Connection.lazy({ address, connectTimeout: 1000 });
  try {
    await connection.ensureConnected();
    await connection.withDeadline(Date.now() + 2000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
