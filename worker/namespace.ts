import { msToTs } from '@temporalio/common/lib/time.js';
import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../workflows/messages.ts';

/** Closed runs stay visible this long; the development server's default is one day. */
const RETENTION = msToTs('30 days');

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, KEYWORD_LIST: 7 } as const;

const GRPC_UNIMPLEMENTED = 12;

/**
 * Registers the search attributes, and sets the retention where the server is our own; a repeat
 * changes nothing. Must come before the first workflow: an unregistered attribute hangs it for ever.
 */
export async function prepareNamespace(
  connection: NativeConnection,
  options: { namespace: string; embedded: boolean },
): Promise<void> {
  await registerSearchAttributes(connection, options.namespace);
  // Somebody else's namespace keeps the retention its owner chose.
  if (!options.embedded) return;
  await connection.workflowService.updateNamespace({
    namespace: options.namespace,
    config: { workflowExecutionRetentionTtl: RETENTION },
  });
}

async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<void> {
  const known = await knownSearchAttributes(connection, namespace);
  const missing = Object.values(searchAttributes).filter((key) => !known.has(key.name));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      missing.map((key) => [key.name, INDEXED_VALUE_TYPES[key.type]]),
    ),
  });
}

/** Empty where the server cannot list them: the time-skipping test server can only add. */
async function knownSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<Set<string>> {
  try {
    const listed = await connection.operatorService.listSearchAttributes({ namespace });
    return new Set(Object.keys(listed.customAttributes ?? {}));
  } catch (error) {
    if ((error as { code?: unknown }).code === GRPC_UNIMPLEMENTED) return new Set();
    throw error;
  }
}
