/** What a trade of the predecessor's file is stored as: proposal, plan and postings. */
import { accountRef } from './accounts.ts';
import { MICROS_PER_UNIT, micros, priceMicros } from './money.ts';
import type { Transfer } from './ledger-entries.ts';
import type { VenueMarket } from './market.ts';
import type { ImportedLeg, ImportedTrade } from './predecessor-trades.ts';
import type { Proposal, ProposalLeg } from './proposal.ts';
import type { LegPlan, TradePlan } from './trade-plan.ts';
import type { Book, VenueId } from './venue-id.ts';

/** The strategy of every trade that came with the predecessor's file. */
export const IMPORTED_STRATEGY = 'imported';

/** The plan of a trade that no rule judged and that is never sent. */
export type ImportedPlan = TradePlan & { readonly imported: true };

/** The proposal a bet would have been: its own prices as limits. */
export function importedProposal(trade: ImportedTrade): Proposal {
  return {
    strategy: IMPORTED_STRATEGY,
    event: trade.event,
    legs: trade.legs.map(proposalLeg),
    quantity: trade.quantity,
    tif: 'ioc',
  };
}

/** The plan with the mark that the rules were passed by. */
export function importedPlan(trade: ImportedTrade): ImportedPlan {
  const feesMicros = trade.legs.reduce((sum, leg) => sum + leg.feeMicros, 0);
  return {
    imported: true,
    legs: trade.legs.map((leg) => planOf(trade, leg)),
    first: trade.legs.findIndex(({ venue }) => venue === 'polymarket'),
    worstCaseMicros: trade.costMicros,
    riskMicros: trade.riskMicros,
    maxPairCostMicros: priceMicros(
      Math.min(
        MICROS_PER_UNIT,
        trade.legs.reduce((sum, leg) => sum + leg.priceMicros, 0),
      ),
    ),
    roi: {
      costMicros: trade.costMicros,
      feesMicros: micros(feesMicros),
      expectedMicros: micros(trade.quantity),
      roiMillionths: trade.roiMillionths,
    },
  };
}

function proposalLeg(leg: ImportedLeg): ProposalLeg {
  const { venue, market } = leg;
  const outcome = leg.outcome === 0 ? 'yes' : 'no';
  return { venue, market, outcome, limitPrice: leg.priceMicros };
}

function planOf(trade: ImportedTrade, leg: ImportedLeg): LegPlan {
  return {
    leg: proposalLeg(leg),
    market: marketOf(trade, leg),
    outcome: leg.outcome,
    quantity: trade.quantity,
    priceMaxMicros: leg.priceMicros,
    worstCaseMicros: micros(leg.costMicros + leg.feeMicros),
  };
}

/** What the file tells of a market. It names no fees and no sizes, and nothing is sent there. */
function marketOf(trade: ImportedTrade, leg: ImportedLeg): VenueMarket {
  const other = leg.venue === 'kalshi' ? (['yes', 'no'] as const)[1 - leg.outcome] : 'the other';
  return {
    marketId: leg.market,
    title: trade.title,
    outcomes: leg.outcome === 0 ? [leg.label, other!] : [other!, leg.label],
    tickMicros: 1,
    lotMicroContracts: 1,
    minQuantity: trade.quantity,
    fees: NO_FEES[leg.venue],
    tradable: false,
    unsupported: "came with the predecessor's file and is only held",
    ...(trade.settlesAtMs === undefined ? {} : { settlesAtMs: trade.settlesAtMs }),
  };
}

const NO_FEES = {
  kalshi: { kind: 'kalshi', multiplierMillionths: 0 },
  polymarket: { kind: 'polymarket', rateMillionths: 0 },
} as const satisfies Record<VenueId, VenueMarket['fees']>;

/** What both legs cost: Dr position at cost, Dr fees, both Cr cash at the leg's venue. */
export function importEntries(book: Book, trade: ImportedTrade): Transfer[] {
  return trade.legs.flatMap((leg, index) => legEntries(book, trade.id, leg, index));
}

function legEntries(book: Book, tradeId: string, leg: ImportedLeg, index: number): Transfer[] {
  const { venue, market, outcome } = leg;
  const cash = accountRef(book, venue, { kind: 'cash' });
  const id = `import/${book}/${tradeId}/${index}`;
  const entries: Transfer[] = [
    {
      id: `${id}/cost`,
      debit: accountRef(book, venue, { kind: 'position', market, outcome }),
      credit: cash,
      amountMicros: leg.costMicros,
      code: 'buy',
    },
    {
      id: `${id}/fee`,
      debit: accountRef(book, venue, { kind: 'fees' }),
      credit: cash,
      amountMicros: leg.feeMicros,
      code: 'fee',
    },
  ];
  return entries.filter(({ amountMicros }) => amountMicros > 0);
}
