/** The evaluations of the run on screen: held-out problems after each stage, of its own task and of others. */
import type { EvaluationEvent } from '../lab/run/events';
import { wilsonInterval } from '../stats';
import { taskNames, tasks } from '../tasks';
import { fixed, percent } from './format';
import { useRun } from './hooks';
import { Panel, Scroll } from './parts';

const STAGES: Readonly<Record<EvaluationEvent['stage'], string>> = {
  base: 'before training',
  sft: 'after SFT',
  grpo: 'after GRPO',
};

interface Line {
  readonly task: string;
  readonly level: number;
  readonly stage: EvaluationEvent['stage'];
  readonly greedy: EvaluationEvent['greedy'];
  readonly sampled: EvaluationEvent['sampled'];
}

/** One line for every task and stage, a task's stages together. */
export function evaluationLines(
  { task, level }: { readonly task: string; readonly level: number },
  evaluations: readonly EvaluationEvent[],
): Line[] {
  const lines = evaluations.flatMap(({ stage, greedy, sampled, others = [] }) => [
    { task, level, stage, greedy, sampled },
    ...others.map((other) => ({ ...other, stage })),
  ]);
  const names = [...new Set(lines.map((line) => `${line.task} ${line.level}`))];
  return names.flatMap((name) => lines.filter((line) => `${line.task} ${line.level}` === name));
}

/** "84 % (76–90)": a share of n independent answers with Wilson's interval of 95 %, in hundredths. */
export function shareWithError(share: number, n: number): string {
  const { low, high } = wilsonInterval(share, n);
  return `${percent(share)} (${fixed(100 * low, 0)}–${fixed(100 * high, 0)})`;
}

/** "256 held-out problems a task", or "56 to 256" where a level has fewer than were asked for. */
export function problemsTold(lines: readonly Line[], asked: number): string {
  const counts = lines.map(({ greedy }) => greedy.problems ?? asked);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${least < most ? `${least} to ${most}` : most} held-out problems a task`;
}

const HEADINGS = ['', 'greedy', 'tokens', 'sampled', 'tokens', 'cut off'];

export function RunEvaluations() {
  const { start, evaluations } = useRun();
  if (!start || evaluations.length === 0)
    return (
      <Panel title="This run">
        <p className="empty">Its accuracy on problems that it never saw is measured after each stage.</p>
      </Panel>
    );
  const { name, level } = start.recipe.task;
  const { problems, temperature } = start.recipe.evaluation;
  const lines = evaluationLines({ task: name, level }, evaluations);
  return (
    <Panel title="This run" aside={problemsTold(lines, problems)}>
      <Scroll label="evaluations of this run">
        <table className="evaluations">
          <thead>
            <tr>
              {HEADINGS.map((heading, i) => (
                <th key={i} scope="col">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(({ task, level, stage, greedy, sampled }, i) => (
              <tr key={i}>
                <th scope="row">
                  {titleOf(task)} {level}, {STAGES[stage]}
                </th>
                <td>
                  <b>{shareWithError(greedy.accuracy, greedy.problems ?? problems)}</b>
                </td>
                <td>{fixed(greedy.meanLength, 1)}</td>
                <td>
                  <b>{shareWithError(sampled.accuracy, sampled.problems ?? problems)}</b>
                </td>
                <td>{fixed(sampled.meanLength, 1)}</td>
                <td>{percent(sampled.truncated)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="words">
        One answer to each problem, greedy and at temperature {temperature}; in brackets the 95 % interval of a share of
        so many answers (Wilson). Another seed of training differs by more: repeat the run before you believe a small
        difference.
      </p>
    </Panel>
  );
}

/** A recording may hold a task that is not here. */
function titleOf(name: string): string {
  const known = taskNames.find((candidate) => candidate === name);
  return known ? tasks[known].title : name;
}
