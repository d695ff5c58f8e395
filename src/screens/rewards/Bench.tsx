/** The bench: a completion that a person edits, scored as one types. */
import { useCallback, useMemo, useState } from 'react';
import type { Scored } from '../../lab/play/score';
import type { Recipe } from '../../lab/recipe/recipe';
import { partReason, rolloutVerdict, termOf } from '../../lab/run/reasons';
import { recipeAt } from '../../lab/run/workedOut';
import { rewardBench } from '../../store/rewardBench';
import { Chips } from '../shared/Chips';
import { classes } from '../shared/classes';
import { signed } from '../shared/format';
import { useRun } from '../shared/hooks';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import texts from '../shared/text.module.css';
import styles from './Bench.module.css';
import { benchEdits } from './benchText';
import { type BenchStart, useAnswer, useBenchStart, type Working } from './hooks';
import { Stale } from './Stale';
import { rewardWords } from './words';

interface BenchProps {
  readonly base: Recipe;
  /** Last edited reward without a fault. */
  readonly working: Working;
}

/** Score of the completion as the run has it, and of the edited one under the edited reward. */
interface Scores {
  readonly before: Scored;
  readonly after: Scored;
}

const amountOf = ({ parts }: Scored, name: string): number | null => {
  const part = parts.find((one) => one.name === name);
  return part ? part.weight * part.value : null;
};
const shown = (amount: number | null): string => (amount === null ? '–' : signed(amount));

function Parts({ task, scores: { before, after } }: { readonly task: string; readonly scores: Scores }) {
  const names = [...new Set([...before.parts, ...after.parts].map(({ name }) => name))];
  const verdict = after.judged.verdict.reason;
  return (
    <Scroll label="Parts of the reward">
      <table className={styles.parts} data-testid="bench-parts">
        <thead>
          <tr>
            {['Term', 'As it was', 'Now', 'Reason'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const part = after.parts.find((one) => one.name === name);
            const [was, is] = [amountOf(before, name), amountOf(after, name)];
            return (
              <tr key={name} data-term={name}>
                <th scope="row">
                  <i style={{ background: termOf({ name }).color }} />
                  {termOf({ name }).title}
                </th>
                <td>{shown(was)}</td>
                <td className={classes(shown(was) !== shown(is) && styles.changed)}>{shown(is)}</td>
                <td className={styles.reason}>{part ? partReason({ task }, { verdict }, part) : 'switched off'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

function Total({ task, scores: { before, after } }: { readonly task: string; readonly scores: Scores }) {
  const { judged, ended, total } = after;
  const { correct, reason } = judged.verdict;
  return (
    <div className={styles.total}>
      <strong data-testid="bench-total">{signed(total)}</strong>
      <div>
        <p data-testid="bench-change">{rewardWords(before.total, total)}</p>
        <Chips rollout={{ correct, ended, text: judged.text }} />
        <p className={texts.words}>
          {rolloutVerdict({ task }, { verdict: reason })}; {after.ids.length} tokens
        </p>
      </div>
    </div>
  );
}

function Editor({
  start,
  base,
  working: { recipe: edited, fault: editFault },
}: BenchProps & { readonly start: BenchStart }) {
  const [text, setText] = useState(start.text);
  const { problem } = start;
  const ask = useCallback(async (): Promise<Scores> => {
    const [[before], [after]] = await Promise.all([
      rewardBench((commands) => commands.score(problem, start.text, [base])),
      rewardBench((commands) => commands.score(problem, text, [edited])),
    ]);
    return { before: before!, after: after! };
  }, [problem, start.text, text, base, edited]);
  const { value: scores, fault } = useAnswer(ask);
  return (
    <>
      <p className={styles.prompt}>
        <code>{problem.prompt}</code> <span>Answer: {problem.answer}</span>
      </p>
      <textarea
        className={styles.completion}
        aria-label="Completion"
        aria-invalid={fault !== null}
        spellCheck={false}
        rows={4}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <div className={styles.buttons}>
        {benchEdits.map(({ label, change }) => {
          const next = change(text);
          return (
            <button key={label} type="button" disabled={next === null} onClick={() => next !== null && setText(next)}>
              {label}
            </button>
          );
        })}
        <button type="button" disabled={text === start.text} onClick={() => setText(start.text)}>
          Restore
        </button>
      </div>
      {fault !== null && (
        <Notice kind="error" shape="banner">
          {fault}
        </Notice>
      )}
      {scores && (
        <>
          <Stale fault={editFault ?? fault} />
          <Total task={problem.task} scores={scores} />
          <Parts task={problem.task} scores={scores} />
        </>
      )}
    </>
  );
}

export function Bench({ base, working }: BenchProps) {
  const start = useBenchStart(base);
  const { place } = start;
  const { start: began, changes } = useRun();
  const count = changes.length;
  // the reward that the completion earned its numbers under: a change since then is not in it
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list of changes grows in place
  const earned = useMemo(
    () => (place && began ? recipeAt(began.recipe, changes, place.step) : base),
    [place, began, count, base],
  );
  const where = place ? `step ${place.step}, completion ${place.rollout + 1}` : 'teacher trace';
  const key = useMemo(() => JSON.stringify([start.problem.prompt, start.text, place]), [start, place]);
  return (
    <Panel
      title="Bench"
      explanation="Edit the completion and see its reward at once. A completion has its thinking between <think> and </think>, then the answer, then the end token <|im_end|>. Text after the first end token does not count."
      aside={where}
    >
      <Editor key={key} start={start} base={earned} working={working} />
    </Panel>
  );
}
