import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { multistream, pino, stdTimeFunctions } from 'pino';
import { openRotatingFile } from './rotating-file.ts';

/** Paths whose values never reach a log, wherever they are nested one or two levels deep. */
const REDACTED = [
  'token',
  'tokens',
  'password',
  'passphrase',
  'secret',
  'privateKey',
  'signature',
  'authorization',
];

/** `app.log` is set aside at this size; with five older ones that is 60 MB at most. */
const LOG_BYTES_MAX = 10 * 1024 * 1024;
const LOGS_KEPT = 5;

/**
 * Logs JSON lines to `<dataDir>/app.log`, and errors to standard error too. Written synchronously:
 * the last line before a crash is the one that is needed.
 */
export function createLogger(options: { level: string; dataDir: string }): Logger {
  mkdirSync(options.dataDir, { recursive: true });
  const file = openRotatingFile({
    path: join(options.dataDir, 'app.log'),
    bytesMax: LOG_BYTES_MAX,
    kept: LOGS_KEPT,
    onFailure: (error) => process.stderr.write(`app.log cannot be written: ${String(error)}\n`),
  });
  return pino(
    {
      level: options.level,
      timestamp: stdTimeFunctions.isoTime,
      base: { pid: process.pid },
      redact: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    },
    multistream([
      { level: 'trace', stream: file },
      { level: 'error', stream: process.stderr },
    ]),
  );
}

/** Makes Temporal's SDK and its native core log through pino; once a process, before any connection. */
export function installTemporalLogger(log: Logger): void {
  Runtime.install({
    // The host stops its parts in order; workers must not stop ahead of the API.
    shutdownSignals: [],
    logger: temporalLogger(log),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}

/** Lets Temporal's SDK log through pino. */
export function temporalLogger(log: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta?: LogMetadata): void => {
    const names = {
      TRACE: 'trace',
      DEBUG: 'debug',
      INFO: 'info',
      WARN: 'warn',
      ERROR: 'error',
    } as const;
    log[names[level]]({ temporal: printable(meta) }, message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/** The SDK's fields carry bigints, which JSON refuses. */
function printable(meta: LogMetadata | undefined): unknown {
  if (meta === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(meta).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? String(value) : value,
    ]),
  );
}
