/** Reward and accuracy of a fork, with the curves of its parent dashed. */
import { useCallback, useMemo } from 'react';
import { rewardBench } from '../../store/rewardBench';
import type { RunData } from '../../store/run';
import type { ParentCurve } from '../../worker/rewardBench';
import { Chart } from '../shared/chart/Chart';
import { dataOf, type Point, type Series } from '../shared/chart/series';
import { useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { useAnswer } from './hooks';
import styles from './ParentChart.module.css';

const DIGITS = 3;
const MEASURES = [
  { name: 'reward', title: 'Reward', color: 'var(--run-1)' },
  { name: 'accuracy', title: 'Accuracy', color: 'var(--teal)' },
] as const;

/** Points of both runs by step. */
function pointsOf(parent: ParentCurve, { grpo }: RunData): Point[] {
  const points = new Map<number, Record<string, number>>();
  parent.step.forEach((step, i) => {
    points.set(step, { parentReward: parent.reward[i]!, parentAccuracy: parent.accuracy[i]! });
  });
  for (let i = 0; i < grpo.length; i++) {
    const { reward, accuracy } = grpo.metricsAt(i, ['reward', 'accuracy']);
    const here = { ...(reward !== undefined && { reward }), ...(accuracy !== undefined && { accuracy }) };
    points.set(grpo.stepAt(i), { ...points.get(grpo.stepAt(i)), ...here });
  }
  return [...points].sort(([a], [b]) => a - b).map(([x, values]) => ({ x, ...values }));
}

const seriesOf = (name: 'reward' | 'accuracy', color: string): Series[] => [
  {
    key: name === 'reward' ? 'parentReward' : 'parentAccuracy',
    label: 'parent',
    color: 'var(--grey)',
    dash: '6 4',
    digits: DIGITS,
  },
  { key: name, label: 'this fork', color, digits: DIGITS },
];

function Curves({
  parent,
  run,
  steps,
}: {
  readonly parent: ParentCurve;
  readonly run: RunData;
  readonly steps: number;
}) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the steps grow in place
  const data = useMemo(() => dataOf(pointsOf(parent, run)), [parent, run, steps]);
  return (
    <Panel title="Fork and parent" aside={`left ${parent.run} at ${parent.stage.toUpperCase()} step ${parent.at}`}>
      <div className={styles.charts} data-testid="parent-chart">
        {MEASURES.map(({ name, title, color }) => (
          <section key={name} aria-label={title}>
            <h3>{title}</h3>
            <Chart
              title={`${title} of the fork and its parent`}
              data={data}
              series={seriesOf(name, color)}
              xLabel="GRPO step"
            />
          </section>
        ))}
      </div>
    </Panel>
  );
}

export function ParentChart({ name }: { readonly name: string }) {
  const run = useRun();
  const ask = useCallback(() => rewardBench((commands) => commands.parentCurve(name)), [name]);
  const { value } = useAnswer(ask);
  return value && <Curves parent={value} run={run} steps={run.grpo.length} />;
}
