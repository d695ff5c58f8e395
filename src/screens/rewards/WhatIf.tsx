/** All rollouts of the run under the edited reward: before and after, and the correlation with correctness. */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { WhatIfSummary } from '../../lab/play/whatIfSummary';
import { changedFields } from '../../lab/recipe/changedFields';
import type { Recipe } from '../../lab/recipe/recipe';
import { cancelScoring, forgetScoring, scoreAgain, whatIf } from '../../store/rewardBench';
import type { Slot } from '../../store/rewardChoice';
import { fixed, signed } from '../shared/format';
import { useLab, useRun } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import texts from '../shared/text.module.css';
import { Histogram } from './Histogram';
import { useEdits, type Working } from './hooks';
import { Stale } from './Stale';
import styles from './WhatIf.module.css';
import { WhatIfRows } from './WhatIfRows';

/** Rollouts up to which an edit starts the first scoring by itself. The later ones take a fraction of the first, which reads the file. */
const AUTOMATIC = 20_000;
/** Rest after an edit before the scoring begins, ms. */
const REST_MS = 200;

/** Number of rollouts of the run on screen, about: its last step times its steps. */
function useRollouts(): number {
  const { grpo } = useRun();
  const inStep = grpo.last?.groups.reduce((sum, { rollouts }) => sum + rollouts.length, 0) ?? 0;
  return inStep * grpo.length;
}

interface EditedSet {
  readonly name: Slot;
  readonly recipe: Recipe;
  readonly changes: number;
  readonly fault: string | null;
}

/** Sets of edits: the shown one, then the other. */
function useSets(base: Recipe, { A, B }: Readonly<Record<Slot, Working>>): EditedSet[] {
  const slot = useEdits((state) => state.slot);
  const hasB = useEdits((state) => state.B !== null);
  return useMemo(() => {
    const all = [{ name: 'A' as const, ...A }, ...(hasB ? [{ name: 'B' as const, ...B }] : [])];
    return all
      .map((set) => ({ ...set, changes: changedFields(base, set.recipe).length }))
      .sort((a, b) => Number(b.name === slot) - Number(a.name === slot));
  }, [base, slot, A, B, hasB]);
}

function Summary({
  summaries,
  names,
}: {
  readonly summaries: readonly WhatIfSummary[];
  readonly names: readonly string[];
}) {
  const [first] = summaries as [WhatIfSummary];
  const line = (title: string, before: string, after: (summary: WhatIfSummary) => string) => (
    <tr>
      <th scope="row">{title}</th>
      <td>{before}</td>
      {summaries.map((summary, k) => (
        <td key={names[k]}>{after(summary)}</td>
      ))}
    </tr>
  );
  return (
    <Scroll label="Rewards before and after">
      <table className={styles.summary} data-testid="what-if-summary">
        <thead>
          <tr>
            {['All rollouts', 'As it was', ...names.map((name) => `Under ${name}`)].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {line('Mean reward', signed(first.before.mean), ({ after }) => signed(after.mean))}
          {line('Correlation with correctness', fixed(first.before.correlation, 2), ({ after }) =>
            fixed(after.correlation, 2),
          )}
          {line('Right completions made less likely', String(first.rightDiscouraged.before), ({ rightDiscouraged }) =>
            String(rightDiscouraged.after),
          )}
          {line('Advantages that change their sign', '–', ({ signs }) => String(signs.changed))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Progress() {
  const running = useStore(whatIf, (state) => state.running);
  if (!running) return null;
  return (
    <p className={styles.progress} role="status">
      <progress value={running.share} max="1" aria-label="Rollouts scored again" />
      {running.rollouts.toLocaleString('en')} rollouts
      <button type="button" onClick={cancelScoring}>
        Cancel
      </button>
    </p>
  );
}

export function WhatIf({
  base,
  working,
}: {
  readonly base: Recipe;
  readonly working: Readonly<Record<Slot, Working>>;
}) {
  const run = useLab((state) => state.run);
  const rollouts = useRollouts();
  const sets = useSets(base, working);
  const result = useStore(whatIf, (state) => state.result);
  const fault = useStore(whatIf, (state) => state.fault);
  const isEdited = sets.some(({ changes }) => changes > 0);
  const recipes = useMemo(() => sets.map(({ recipe }) => recipe), [sets]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run on screen drops the result
  useEffect(() => forgetScoring, [run]);
  const isRead = result !== null;
  const isAutomatic = isEdited && rollouts > 0 && (rollouts <= AUTOMATIC || isRead);
  useEffect(() => {
    if (!isAutomatic || whatIf.getState().result?.recipes === recipes) return; // the button scores a large run first, and again one that goes on
    const timer = setTimeout(() => void scoreAgain(recipes), REST_MS);
    return () => clearTimeout(timer);
  }, [recipes, isAutomatic]);
  const names = useMemo(() => sets.map(({ name }) => name), [sets]);
  const shown = result && result.recipes.length === names.length && isEdited ? result : null;
  return (
    <Panel
      title="What if"
      explanation="Every stored rollout of the run scored again under the edited reward. Verdicts stay those of the run; rewards and advantages are computed as training would. A reward that correlates less with correctness pays for something else."
      aside={
        shown &&
        `${shown.report.table.order.length.toLocaleString('en')} rollouts in ${Math.round(shown.report.milliseconds)} ms`
      }
    >
      <div className={styles.actions}>
        <button type="button" disabled={!isEdited || rollouts === 0} onClick={() => void scoreAgain(recipes)}>
          Score {rollouts > 0 ? `${rollouts.toLocaleString('en')} rollouts` : 'the rollouts'} again
        </button>
        <Progress />
      </div>
      {fault !== null && (
        <Notice kind="error" shape="banner">
          {fault}
        </Notice>
      )}
      {!isEdited && (
        <p className={texts.empty}>Change the reward: this shows what every rollout of the run would have earned.</p>
      )}
      {isEdited && rollouts === 0 && (
        <p className={texts.empty}>The run has no rollouts yet. They come with GRPO, after SFT.</p>
      )}
      {shown && (
        <>
          {sets.map(({ name, fault }) => (
            <Stale key={name} fault={fault} of={`Reward ${name}`} />
          ))}
          <Summary summaries={shown.report.summaries} names={names} />
          <Histogram
            histogram={shown.report.histogram}
            names={['as it was', ...names.map((name) => `under ${name}`)]}
            means={[shown.report.summaries[0]!.before.mean, ...shown.report.summaries.map(({ after }) => after.mean)]}
          />
          <WhatIfRows table={shown.report.table} names={names} />
        </>
      )}
    </Panel>
  );
}
