/** The four charts that matter, each with what it says in plain words. */
import { useMemo, useState } from 'react';
import { type EvaluationEvent, type GrpoEvent, groupsDrawn, groupsWithoutSpread, ofAllDrawn } from '../lab/run/events';
import { mostReward } from '../rewards/total';
import type { Metrics } from '../train/metrics';
import { Chart, type Point, type Series } from './Chart';
import { fixed, inWords, percent } from './format';
import { useRun } from './hooks';
import { Panel } from './parts';

/** Milliseconds between the drawings of one chart and the next. */
const STAGGER = 60;

function useGrpoPoints(delay: number, pick: (event: GrpoEvent) => Omit<Point, 'x'>) {
  const run = useRun(delay);
  const steps = run.grpo.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the series grow in place; their length says when
  const points = useMemo(() => run.grpo.map((event) => ({ x: event.step, ...pick(event) }) as Point), [run, steps]);
  return { points, last: run.grpo.at(-1) ?? null, run };
}

const metric = (event: GrpoEvent, name: string): number => event.metrics[name] ?? 0;

const REWARD: Series[] = [
  { key: 'band', label: '± sd', color: 'var(--blue)', band: true, digits: 2 },
  { key: 'reward', label: 'reward', color: 'var(--blue)', digits: 2 },
];
/** How many groups have something to compare; of all that were drawn, where dynamic sampling sets the others aside. */
export function spreadTold(metrics: Metrics): string {
  const groups = groupsDrawn(metrics);
  if (groups)
    return `${groups.kept === 0 ? 'none' : groups.kept} of all ${groups.drawn} groups that were drawn and count here ${
      groups.kept === 1 ? 'has' : 'have'
    } better and worse ones.`;
  const without = groupsWithoutSpread(metrics);
  return without > 0
    ? `${inWords(without)} of the groups all earn the same.`
    : 'every group has better and worse ones.';
}

export function RewardChart() {
  const { points, last, run } = useGrpoPoints(0, (event) => {
    const { reward } = ofAllDrawn(event.metrics);
    const sd = event.metrics['reward_std/in_group'] ?? metric(event, 'reward_std');
    return { reward, band: [reward - sd, reward + sd] as const };
  });
  const most = run.start && mostReward(run.start.recipe.reward);
  return (
    <Panel title="Reward" explained="reward" aside={last && fixed(ofAllDrawn(last.metrics).reward, 2)}>
      <Chart title="Reward" points={points} series={REWARD} xLabel="step" />
      <p className="words">
        {last
          ? `The average thought earns ${fixed(ofAllDrawn(last.metrics).reward, 2)}${most === null ? '' : ` of at most ${fixed(most, 2)}`}; ${spreadTold(last.metrics)}`
          : 'Rewards begin with GRPO, after SFT.'}
      </p>
    </Panel>
  );
}

export function AccuracyChart() {
  const { groupSize = 8, dynamicSampling = 'off' } = useRun(STAGGER).start?.recipe.grpo ?? {};
  const drawnAgain = dynamicSampling !== 'off';
  const series = useMemo(
    (): Series[] => [
      { key: 'accuracy', label: drawnAgain ? 'pass@1, of all drawn' : 'pass@1', color: 'var(--blue)', digits: 3 },
      {
        key: 'passG',
        label: `pass@${groupSize}${drawnAgain ? ', of those with spread' : ''}`,
        color: 'var(--grey)',
        dash: '5 3',
        digits: 3,
      },
    ],
    [groupSize, drawnAgain],
  );
  const { points, last, run } = useGrpoPoints(STAGGER, (event) => ({
    accuracy: ofAllDrawn(event.metrics).accuracy,
    passG: metric(event, `pass@${groupSize}`),
  }));
  const heldOut = run.evaluations.at(-1);
  return (
    <Panel title="Accuracy" explained="accuracy" aside={last && percent(ofAllDrawn(last.metrics).accuracy)}>
      <Chart title="Accuracy" points={points} series={series} domain={[0, 1]} xLabel="step" />
      <p className="words">
        {last
          ? `${capital(inWords(ofAllDrawn(last.metrics).accuracy))} of ${drawnAgain ? 'all the answers that were drawn' : 'the answers'} are right. `
          : ''}
        {heldOut
          ? `On problems it never saw, ${heldOut.stage === 'base' ? 'before training' : `after ${heldOut.stage.toUpperCase()}`}: ${percent(heldOut.greedy.accuracy)} greedy, ${percent(heldOut.sampled.accuracy)} sampled.${storageCost(heldOut)}`
          : 'Held-out accuracy is measured after each stage.'}
      </p>
    </Panel>
  );
}

const LENGTH: Series[] = [
  { key: 'length', label: 'mean length, tokens', color: 'var(--blue)', digits: 1 },
  { key: 'longest', label: 'longest', color: 'var(--grey)', dash: '5 3', digits: 0 },
];
/** What storing in f16 changed, where a run does. */
const storageCost = ({
  storage_logp_difference: cost,
  storage_gradient_difference: gradient,
}: EvaluationEvent): string =>
  (cost
    ? ` Storing in f16 moves a log-probability by ${fixed(cost.mean, 4)} on average, ${fixed(cost.max, 4)} at most.`
    : '') + (gradient ? ` It moves the gradient by ${fixed(100 * gradient.relative, 2)} % of its norm.` : '');

export function LengthChart() {
  const { points, last, run } = useGrpoPoints(2 * STAGGER, (event) => ({
    length: metric(event, 'completions/mean_length'),
    longest: metric(event, 'completions/max_length'),
  }));
  const first = run.grpo[0];
  const growth = first && last ? metric(last, 'completions/mean_length') / metric(first, 'completions/mean_length') : 1;
  return (
    <Panel title="Trace length" explained="length" aside={last && fixed(metric(last, 'completions/mean_length'), 1)}>
      <Chart title="Trace length" points={points} series={LENGTH} domain={[0, 'auto']} xLabel="step" />
      <p className="words">
        {last
          ? `Thoughts are ${growth > 1.05 || growth < 0.95 ? `${fixed(growth, 1)} times as long as` : 'about as long as'} when GRPO began; ${inWords(
              metric(last, 'completions/clipped_ratio'),
            )} are cut off.${groupsDrawn(last.metrics) ? ' Only groups that are trained on count here.' : ''}`
          : 'How long the model thinks before it answers.'}
      </p>
    </Panel>
  );
}

const TABS = {
  loss: {
    label: 'Loss',
    explained: 'loss',
    digits: 4,
    words: 'SFT: how surprised the model is by the teacher. GRPO: near 0 by design; watch the reward.',
  },
  policyLoss: {
    label: 'Policy loss',
    explained: 'policyLoss',
    digits: 4,
    words: 'The loss of GRPO before the entropy bonus.',
  },
  kl: { label: 'KL', explained: 'kl', digits: 4, words: 'How far the policy has moved from the model that SFT left.' },
  entropy: { label: 'Entropy', explained: 'entropy', digits: 3, words: 'How undecided the model is at each token.' },
  gradNorm: {
    label: 'Gradient',
    explained: 'gradNorm',
    digits: 3,
    words: 'The size of each push to the weights, before clipping.',
  },
} as const;
type Tab = keyof typeof TABS;

export function LossChart() {
  const [chosen, setTab] = useState<Tab | null>(null);
  const run = useRun(3 * STAGGER);
  const steps = run.sft.length + run.grpo.length;
  const tab = chosen ?? 'loss';
  const grpoOnly = tab === 'kl' || tab === 'entropy' || tab === 'policyLoss';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the series grow in place; their length says when
  const points = useMemo((): Point[] => {
    const names = {
      loss: 'loss',
      policyLoss: 'policy_loss',
      kl: 'kl',
      entropy: 'entropy',
      gradNorm: 'grad_norm',
    } as const;
    const sft = grpoOnly
      ? []
      : run.sft.map((e) => ({ x: e.step, sft: tab === 'loss' ? e.loss : e.grad_norm, grpo: null }));
    const grpo = run.grpo.map((e) => ({
      x: grpoOnly ? e.step : run.sft.length + e.step,
      sft: null,
      grpo: metric(e, names[tab]),
    }));
    return [...sft, ...grpo];
  }, [run, steps, tab, grpoOnly]);
  const series = useMemo((): Series[] => {
    const { digits } = TABS[tab];
    const grpo = { key: 'grpo', label: 'GRPO', color: 'var(--blue)', digits };
    return grpoOnly ? [grpo] : [{ key: 'sft', label: 'SFT', color: 'var(--orange)', dash: '5 3', digits }, grpo];
  }, [tab, grpoOnly]);
  const last = points.at(-1);
  return (
    <Panel
      title={TABS[tab].label}
      explained={TABS[tab].explained}
      aside={last && fixed(Number(last.grpo ?? last.sft), TABS[tab].digits)}
    >
      <div className="tabs" role="group" aria-label="Shown below">
        {(Object.keys(TABS) as Tab[]).map((name) => (
          <button key={name} type="button" aria-pressed={name === tab} onClick={() => setTab(name)}>
            {TABS[name].label}
          </button>
        ))}
      </div>
      <Chart
        title={TABS[tab].label}
        points={points}
        series={series}
        xLabel={grpoOnly ? 'step' : 'step, SFT then GRPO,'}
      />
      <p className="words">{TABS[tab].words}</p>
    </Panel>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
