/** Evaluations of the run on screen: held-out problems of its own task and of others, after each stage. */

import type { EvaluationEvent } from '../../lab/run/events';
import { wilsonInterval } from '../../stats';
import { classes } from '../shared/classes';
import { fixed, percent } from '../shared/format';
import { useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import table from '../shared/table.module.css';
import texts from '../shared/text.module.css';
import { titleOfTask } from './words';

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

/** Lines for every task and stage, a task's stages together. */
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

/** Text such as "84 % (76–90)": share of n independent answers with its 95 % Wilson interval, percent. */
export function shareWithError(share: number, n: number): string {
  const { low, high } = wilsonInterval(share, n);
  return `${percent(share)} (${fixed(100 * low, 0)}–${fixed(100 * high, 0)})`;
}

/** Text such as "256 held-out problems per task", or "56–256" where a level has fewer than the recipe asks for. */
export function problemsWords(lines: readonly Line[], asked: number): string {
  const counts = lines.map(({ greedy }) => greedy.problems ?? asked);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${least < most ? `${least}–${most}` : most} held-out problems per task`;
}

const HEADINGS = ['Task and stage', 'Greedy', 'Tokens', 'Sampled', 'Tokens', 'Cut off'];

export function RunEvaluations() {
  const { start, evaluations } = useRun();
  if (!start || evaluations.length === 0)
    return (
      <Panel title="This run">
        <p className={texts.empty}>Accuracy on held-out problems appears here after each stage.</p>
      </Panel>
    );
  const { name, level } = start.recipe.task;
  const { problems, temperature } = start.recipe.evaluation;
  const lines = evaluationLines({ task: name, level }, evaluations);
  return (
    <Panel title="This run" aside={problemsWords(lines, problems)}>
      <Scroll label="Evaluations of this run">
        <table className={classes(table.table, table.headed, table.full, table.nowrap)}>
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
                  {titleOfTask(task)} {level}, {STAGES[stage]}
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
      <p className={texts.words}>
        One answer per problem, greedy and at temperature {temperature}; in brackets the 95 % Wilson interval of the
        share. Training with another seed changes more than this: repeat the run before you believe a small difference.
      </p>
    </Panel>
  );
}
