/** Term of the chosen token in the loss: symbols, then the same with its numbers. */
import { useMemo } from 'react';
import { type LossSymbol, tokenObjective } from '../../lab/traces/objective';
import type { TracePlace } from '../../lab/traces/traceIndex';
import type { TracedStep } from '../../worker/traces';
import { useLab } from '../shared/hooks';
import texts from '../shared/text.module.css';
import styles from './Objective.module.css';

/** Number as a formula shows it: 4 digits, with a true minus; in brackets where it is negative. */
function figure(value: number | null): string {
  if (value === null) return '?';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replaceAll('-', '−');
}
const inFormula = (value: number | null): string =>
  value !== null && value < 0 ? `(${figure(value)})` : figure(value);

/** Formula with the values of its symbols in their places. */
function withNumbers(
  formula: string,
  symbols: readonly LossSymbol[],
  more: Readonly<Record<string, number | null>> = {},
) {
  const values = new Map<string, number | null>([
    ...symbols.map(({ symbol, value }) => [symbol, value] as const),
    ...Object.entries(more),
  ]);
  const names = [...values.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![a-z])(?:${names.join('|')})(?![a-z])`, 'g');
  return formula.replace(pattern, (name) => inFormula(values.get(name)!));
}

interface ObjectiveProps {
  readonly place: TracePlace;
  readonly loaded: TracedStep;
  readonly token: number;
}

function Term({ place, loaded, token }: ObjectiveProps) {
  const { event, recipe, vocabulary } = loaded;
  const shown = useMemo(() => tokenObjective(event, recipe, place, token), [event, recipe, place, token]);
  const { loss, description, objective, term, symbols, objectiveValue, termValue } = shown;
  const missing = symbols.filter(({ value }) => value === null).map(({ about }) => about);
  const id = event.groups[place.group]!.rollouts[place.rollout]!.ids[token]!;
  return (
    <div data-testid="objective">
      <p className={texts.words}>
        Loss <b>{loss}</b>: {description} Token {token + 1}, <code>{vocabulary[id] ?? '?'}</code>.
      </p>
      <p className={styles.formula}>
        J = {objective}
        <br />= {withNumbers(objective, symbols)}
        <br />= <b>{figure(objectiveValue)}</b>
      </p>
      <p className={styles.formula}>
        term = {term}
        <br />= {withNumbers(term, symbols, { J: objectiveValue })}
        <br />= <b>{figure(termValue)}</b>
      </p>
      <p className={texts.words}>
        {symbols.map(({ symbol, about }) => `${symbol}: ${about}`).join(' · ')}
        {missing.length > 0 && `. Not stored with this run: ${missing.join(', ')}.`}
      </p>
    </div>
  );
}

export function Objective({ place, loaded }: Pick<ObjectiveProps, 'place' | 'loaded'>) {
  const token = useLab((state) => state.token);
  const { ids } = loaded.event.groups[place.group]!.rollouts[place.rollout]!;
  if (token === null || token >= ids.length)
    return (
      <p className={texts.words}>Choose a token of the trace: its term in the loss appears here, with its numbers.</p>
    );
  return <Term place={place} loaded={loaded} token={token} />;
}
