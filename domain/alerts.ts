/** What needs a person: levels, codes, and what each asks for. */

export const ALERT_LEVELS = ['info', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** Each code with its level and what to do about it. */
export const ALERTS = {
  ONE_LEGGED: {
    level: 'critical',
    todo: 'one leg of a pair stands alone; ballast trade resolve <id>',
  },
  DISCREPANCY: {
    level: 'critical',
    todo: 'ledger and venue disagree; look at the detail, then ballast resume --after-breach',
  },
  ORDER_UNKNOWN: {
    level: 'critical',
    todo: 'nobody knows what became of an order; it is looked up until the venue tells: ballast trades <id>',
  },
  SETTLEMENT_DIVERGENCE: {
    level: 'critical',
    todo: 'the legs of a pair both won or both lost; compare both rule texts',
  },
  RESULT_AMENDED: {
    level: 'critical',
    todo: 'a result was amended after it was booked; compare the books with the venue, then ballast resume --after-breach',
  },
  REDEMPTION_UNPAID: {
    level: 'critical',
    todo: 'a redemption was told and its cash did not come; find the transaction and where it paid to',
  },
  FILL_REVERTED: {
    level: 'warning',
    todo: 'a fill failed after all; the pair is hedged again',
  },
  REDEEMABLE_WAITING: {
    level: 'warning',
    todo: "a won position was not redeemed for a day; redeem it on the venue's own portfolio page",
  },
  VENUE_CREDIT: {
    level: 'info',
    todo: 'a redemption brought more than the ledger knew to be owed; compare it with ballast cash',
  },
  APPROVAL_WAITING: {
    level: 'info',
    todo: 'a proposal waits for an admin; ballast approve <id>',
  },
} as const satisfies Record<string, { level: AlertLevel; todo: string }>;

export type AlertCode = keyof typeof ALERTS;
