/** Alerts as people read them, the newest first. */
import { sql } from 'kysely';
import type { AlertsQuery, AlertView } from '../../contracts/alerts.ts';
import type { AlertCode } from '../../domain/alerts.ts';
import { ALERTS } from '../../domain/alerts.ts';
import type { LedgerDb } from '../database.ts';
import { instantText, orNull } from './view-text.ts';

/** A page of alerts; those that are resolved only where `all` asks for them. */
export async function listAlerts(db: LedgerDb, query: AlertsQuery): Promise<AlertView[]> {
  const { book = null, level = null, before = null, all, limit } = query;
  const rows = await db
    .selectFrom('alert')
    .selectAll()
    .where(sql<boolean>`(${all}::boolean OR resolved_at_ms IS NULL)`)
    .where(sql<boolean>`(${book}::text IS NULL OR book = ${book})`)
    .where(sql<boolean>`(${level}::text IS NULL OR level = ${level})`)
    .where(sql<boolean>`(${before}::bigint IS NULL OR id < ${before})`)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: alertId(row.id),
    level: row.level,
    code: row.code,
    book: row.book,
    tradeId: row.trade_id,
    detail: row.detail,
    advice: row.code in ALERTS ? ALERTS[row.code as AlertCode].todo : '',
    times: row.times,
    raisedAt: instantText(row.raised_at_ms),
    lastAt: instantText(row.last_at_ms),
    ackedBy: row.acked_by,
    ackedAt: orNull(row.acked_at_ms, instantText),
    resolvedAt: orNull(row.resolved_at_ms, instantText),
  }));
}

/** An alert's number as people are shown it. */
export function alertId(id: bigint | number): string {
  return `a-${id}`;
}
