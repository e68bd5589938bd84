import { expect, test } from '@jest/globals';
import { legName } from '../../domain/leg-name.ts';

test.each([
  ['kalshi', 'KXNHLGAME-26NOV22CBJFLA-CBJ', 'yes', 'Kalshi CBJ yes'],
  ['kalshi', 'KXNHLGAME-26NOV22CBJFLA-CBJ', 'no', 'Kalshi CBJ no'],
  ['kalshi', 'KXCPI-26NOV', 'yes', 'Kalshi KXCPI-26NOV yes'],
  ['polymarket', 'nhl-cbj-fla-2026-11-22', 'Panthers', 'Polymarket Panthers'],
  ['polymarket', 'will-it-rain', 'Yes', 'Polymarket will-it-rain Yes'],
  ['polymarket', 'will-it-rain', 'no', 'Polymarket will-it-rain no'],
  ['polymarket', 'nhl-cbj-fla', '1'.repeat(70) + '5678', 'Polymarket nhl-cbj-fla token …5678'],
] as const)('%s %s %s is called “%s”', (venue, market, outcome, name) => {
  expect(legName(venue, market, outcome)).toBe(name);
});
