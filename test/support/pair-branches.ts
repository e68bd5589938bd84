/** Every way a pair can go, as a crash run takes it: the venues' script, and what people do. */
import type { TradeView } from '../../contracts/http.ts';
import type { PairChanges } from './markets.ts';
import type { PairsDesk } from './pairs-desk.ts';

/** One way, and how a trade that took it undisturbed ends. */
export interface Branch {
  readonly name: string;
  /** Whether the trade comes to stand on one leg, which halts its desk. */
  readonly halts: boolean;
  /**
   * How it ends, besides with nothing done at all: undisturbed in the first way. A hedge that a
   * death makes fail once more than the script does may make the other way out the better one.
   */
  readonly ends: readonly TradeView['status'][];
  /** Takes the trade `id` all the way, whoever works meanwhile. */
  run(desk: PairsDesk, id: string): Promise<void>;
}

const REJECT_EVERY: PairChanges['kalshi'] = {
  script: [{ order: 'every', effect: 'reject', code: 'try_later' }],
};
const STUCK: PairChanges = {
  kalshi: REJECT_EVERY,
  polymarket: { script: [{ order: 'every', action: 'sell', effect: 'reject', code: 'try_later' }] },
};
const REVERT = { order: 0, effect: 'revert', afterSeconds: 5 } as const;
/** More orders than a crash run ever sends on one market. */
const ORDERS_MAX = 40;
const REVERTED_FOR_GOOD: PairChanges = {
  polymarket: {
    script: [
      REVERT,
      ...Array.from({ length: ORDERS_MAX }, (_, index) => ({
        order: index + 1,
        effect: 'reject' as const,
        code: 'try_later',
      })),
    ],
  },
};

/** A pair that is matched in the end, and whose markets then end. */
function matched(name: string, changes: PairChanges = {}): Branch {
  return {
    name,
    halts: false,
    ends: ['settled'],
    run: async (desk, id) => {
      await desk.propose(id, changes);
      if ((await desk.reached(id, ['open'])) === 'open') await desk.end(id, '1', changes);
      await desk.reached(id, []);
    },
  };
}

function unwound(name: string, changes: PairChanges): Branch {
  return {
    name,
    halts: false,
    ends: ['closed'],
    run: async (desk, id) => {
      await desk.propose(id, changes);
      await desk.reached(id, []);
    },
  };
}

function resolved(action: 'complete' | 'unwind' | 'hold'): Branch {
  return {
    name: `${action} by a person`,
    halts: true,
    ends: [action === 'unwind' ? 'closed' : 'settled'],
    run: async (desk, id) => {
      await desk.propose(id, STUCK);
      const status = await desk.reached(id, ['one_legged']);
      if (status !== 'one_legged') return;
      if (action !== 'hold') await desk.list(id);
      await desk.resolve(id, action);
      if (action !== 'unwind') await desk.end(id, '0', action === 'hold' ? STUCK : {});
      await desk.reached(id, []);
    },
  };
}

/** A person's order that the venue refuses until its time is over; then the person holds. */
const IN_VAIN: Branch = {
  name: 'completed in vain by a person, then held',
  halts: true,
  ends: ['settled'],
  run: async (desk, id) => {
    await desk.propose(id, STUCK);
    if ((await desk.reached(id, ['one_legged'])) !== 'one_legged') return;
    await desk.resolveInVain(id);
    await desk.resolve(id, 'hold');
    await desk.end(id, '0', STUCK);
    await desk.reached(id, []);
  },
};

export const BRANCHES: readonly Branch[] = [
  matched('both legs fill'),
  matched('first leg rests and is cancelled', {
    polymarket: { script: [{ order: 0, effect: 'fillAtMost', contracts: '6' }] },
  }),
  {
    ...matched('second leg rejected, then completed', {
      kalshi: { script: [{ order: 0, effect: 'reject', code: 'try_later' }] },
    }),
    ends: ['settled', 'closed'],
  },
  unwound('second leg refused for good', { kalshi: REJECT_EVERY }),
  unwound('second leg refused for good, and the first exit', {
    kalshi: REJECT_EVERY,
    polymarket: { script: [{ order: 1, action: 'sell', effect: 'reject', code: 'try_later' }] },
  }),
  matched('answer lost on the first leg', {
    polymarket: { script: [{ order: 0, effect: 'loseAnswer', afterSeconds: 0.5 }] },
  }),
  matched('answer lost on the hedge', {
    kalshi: { script: [{ order: 0, effect: 'loseAnswer', afterSeconds: 0.5 }] },
  }),
  unwound('answer lost on the exit', {
    kalshi: REJECT_EVERY,
    polymarket: {
      script: [{ order: 'every', action: 'sell', effect: 'loseAnswer', afterSeconds: 0.5 }],
    },
  }),
  {
    ...matched('a fill reverted after open, bought again', { polymarket: { script: [REVERT] } }),
    ends: ['settled', 'closed'],
    run: async (desk, id) => {
      const changes: PairChanges = { polymarket: { script: [REVERT] } };
      await desk.propose(id, changes);
      if ((await desk.reached(id, ['open'])) !== 'open') return;
      await desk.reverted(id);
      if ((await desk.reached(id, ['open'])) === 'open') await desk.end(id, '1', changes);
      await desk.reached(id, []);
    },
  },
  unwound('a fill reverted after open, unwound', REVERTED_FOR_GOOD),
  {
    ...matched('legs settle apart'),
    run: async (desk, id) => {
      await desk.propose(id);
      if ((await desk.reached(id, ['open'])) === 'open') {
        await desk.end(id, '1', {}, 'kalshi');
        await desk.paid(id);
        await desk.end(id, '1');
      }
      await desk.reached(id, []);
    },
  },
  resolved('complete'),
  resolved('unwind'),
  resolved('hold'),
  IN_VAIN,
];
