/** The house's quotes as the admin port scripts them, on one YES-quoted book. */
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import type { Book } from './book.ts';
import type { BookSide, Incoming } from './matching.ts';
import { opposite } from './matching.ts';

/** One level of one outcome. */
export interface OutcomeLevel {
  readonly price: PriceMicros;
  readonly quantity: MicroContracts;
}

interface OutcomeQuotes {
  readonly asks?: readonly OutcomeLevel[];
  readonly bids?: readonly OutcomeLevel[];
}

/** Quotes per outcome. A NO level stands on the other side of YES at one less its price. */
export interface HouseBook {
  readonly yes?: OutcomeQuotes;
  readonly no?: OutcomeQuotes;
}

/** A level of the YES book, and the outcome it was quoted for. */
export interface SidedLevel extends OutcomeLevel {
  readonly side: BookSide;
  readonly outcome: 0 | 1;
}

/** All levels as they stand on the YES book. */
export function levelsOf({ yes = {}, no = {} }: HouseBook): SidedLevel[] {
  const mirrored = ({ price, quantity }: OutcomeLevel) => ({
    price: priceMicros(MICROS_PER_UNIT - price),
    quantity,
  });
  const sided = (
    side: BookSide,
    outcome: 0 | 1,
    levels: readonly OutcomeLevel[] = [],
  ): SidedLevel[] => levels.map((level) => ({ ...level, side, outcome }));
  return [
    ...sided('ask', 0, yes.asks),
    ...sided('ask', 1, no.bids?.map(mirrored)),
    ...sided('bid', 0, yes.bids),
    ...sided('bid', 1, no.asks?.map(mirrored)),
  ];
}

/**
 * Somebody else was faster: leaves the house about half of what an order would have taken.
 * @param wanted what the order asks for
 * @param step the least quantity; what is left is a multiple of it
 */
export function thinHouse(
  book: Book,
  incoming: Pick<Incoming, 'side' | 'limit'>,
  wanted: number,
  step: number,
): void {
  const house = opposite(book.entries(), incoming).filter(({ userId }) => userId === undefined);
  const offered = house.reduce((sum, { remaining }) => sum + remaining, 0);
  let left = Math.floor(Math.min(offered, wanted) / 2 / step) * step;
  for (const { id, remaining } of house) {
    const kept = Math.min(left, remaining);
    book.reduce(id, remaining - kept);
    left -= kept;
  }
}
