/** The venues Ballast knows. On the paper book each is played by the paper exchange. */
export const VENUE_IDS = ['kalshi', 'polymarket'] as const;
export type VenueId = (typeof VENUE_IDS)[number];

/** Separate sets of accounts, never mixed. Only `paper` trades in this version. */
export const BOOKS = ['paper', 'rehearsal', 'drill', 'live'] as const;
export type Book = (typeof BOOKS)[number];

/** What a venue calls the two sides of a binary market, by index: 0 is yes, 1 is no. */
export type OutcomeIndex = 0 | 1;

/** How long an order may wait for a counterparty. */
export const TIME_IN_FORCE = ['ioc', 'fok', 'gtd'] as const;
export type TimeInForce = (typeof TIME_IN_FORCE)[number];
