/** `ballast propose --dry-run`: every rule's verdict and the size ladder; nothing is decided. */
import type { DryRunView } from '../../contracts/dry-run.ts';
import { dryRunViewSchema } from '../../contracts/dry-run.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { notUnderstood, postChange, refusal } from './api.ts';
import { CliError } from './errors.ts';
import { jsonText, painter, printable, table, usd, utcTime } from './format.ts';
import { readProposals } from './proposals-in.ts';

/**
 * Runs the command.
 * @returns 0 where the proposal would be accepted, or wait for an admin's word
 * @throws CliError with 6 where it would be denied, and where there is not exactly one proposal
 */
export async function dryRun(ports: CliPorts, path: string, asJson: boolean): Promise<number> {
  const proposals = await readProposals(ports, path);
  if (proposals.form === 'several') {
    const message = `${path} holds several proposals; --dry-run judges one`;
    throw new CliError(message, EXIT.usage, ['nothing was sent']);
  }
  const answer = await postChange(ports, {
    path: '/api/v1/trades/dry-run',
    role: 'trader',
    body: proposals.body,
    contentType: proposals.contentType,
    ifUnknown: ['a dry run changes nothing'],
  });
  if (answer.status !== 200) throw refusal(answer);
  const parsed = dryRunViewSchema.safeParse(answer.body);
  if (!parsed.success) throw notUnderstood(ports);
  const lines = asJson ? [jsonText(answer.body)] : dryRunLines(parsed.data, ports.isTerminal);
  for (const line of lines) ports.out(line);
  if (parsed.data.outcome !== 'denied') return EXIT.ok;
  const codes = parsed.data.verdicts.filter(({ passed }) => !passed).map(({ code }) => code);
  throw new CliError(`it would be denied: ${printable(codes.join(', '))}`, EXIT.denied);
}

function dryRunLines(view: DryRunView, isTerminal: boolean): string[] {
  const paint = painter(isTerminal);
  const verdicts = view.verdicts.map(({ code, passed, detail }) => [
    passed ? paint('green', 'pass') : paint('red', 'FAIL'),
    code,
    printable(detail),
  ]);
  return [
    `dry run in the ${view.book} book at ${utcTime(view.at)}; nothing was decided`,
    ...table(verdicts),
    OUTCOMES[view.outcome],
    '',
    ...planLines(view),
    ...ladderLines(view),
  ];
}

const OUTCOMES = {
  accepted: 'it would be accepted',
  awaiting_approval: "it would wait for an admin's word: ballast approve",
  denied: 'it would be denied',
} as const;

function planLines({ plan }: DryRunView): string[] {
  if (plan === null) return ['no size can be found for it'];
  const most = plan.maxPairCost === null ? '' : `, both legs at most ${plan.maxPairCost}`;
  const rows = plan.legs.map((leg) => [
    leg.venue,
    printable(leg.market),
    printable(leg.outcome),
    leg.limitPrice,
    leg.priceMax,
    usd(leg.worstCase),
  ]);
  return [
    `${plan.quantity} contracts, worst case ${usd(plan.worstCase)}, at risk ${usd(plan.risk)}, ROI ${plan.roiPercent} %${most}`,
    ...table([['leg', 'market', 'outcome', 'limit', 'at most', 'worst case'], ...rows], [3, 4, 5]),
  ];
}

function ladderLines({ ladder }: DryRunView): string[] {
  if (ladder.length === 0) return [];
  const rows = ladder.map((step) => [
    `${step.quantity}${step.largest ? ' (largest)' : ''}`,
    step.cost === null ? 'not on offer' : usd(step.cost),
    step.roiPercent === null ? '-' : `${step.roiPercent} %`,
    printable(`${step.stoppedBy ?? 'passes'}: ${step.detail}`),
  ]);
  return ['', ...table([['contracts', 'cost', 'ROI', 'verdict'], ...rows], [1, 2])];
}
