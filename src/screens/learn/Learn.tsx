/** Learn: the lessons of the lab, each with its question, its recipes and what our runs show. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { type ReactNode, useEffect, useState } from 'react';
import { recipeByName } from '../../lab/recipe/presets';
import { judgeLessons, type Lesson, type LessonArm, lessons } from '../../lab/report/lessons';
import type { Result } from '../../lab/report/results';
import { openRecipe } from '../../store/replace';
import { readResults } from '../../store/results';
import { percent } from '../shared/format';
import { useLab } from '../shared/hooks';
import { Becomes } from '../shared/Mark';
import { Notice } from '../shared/Notice';
import texts from '../shared/text.module.css';
import styles from './Learn.module.css';

/** Accuracy on held-out problems before and after GRPO, as a mean over seeds; null without a result. */
function accuracyOf(result: Result | undefined, { arm }: LessonArm): ReactNode {
  const cells = result?.rows.find((row) => row.arm === arm)?.cells;
  const [before, after] = [cells?.[0], cells?.[1]];
  if (!before || !after) return null;
  return (
    <>
      accuracy {percent(before.mean)} <Becomes /> {percent(after.mean)}
    </>
  );
}

/** Recipe of a lesson with the button that loads it. */
function ArmRow({ arm, result }: { readonly arm: LessonArm; readonly result: Result | undefined }) {
  const [fault, setFault] = useState<string | null>(null);
  const load = () =>
    openRecipe(arm.recipe, arm.set ?? {}).then(
      () => setFault(null),
      ({ message }: Error) => setFault(message),
    );
  const accuracy = accuracyOf(result, arm);
  return (
    <li className={styles.arm}>
      <span>
        <b>{recipeByName(arm.recipe).title}</b>
        <code>{arm.arm}</code>
        {accuracy && <span className={styles.accuracy}>{accuracy}</span>}
      </span>
      <button type="button" aria-label={`Load into New run: ${arm.arm}`} onClick={() => void load()}>
        Load into New run
      </button>
      {fault !== null && (
        <Notice kind="error" shape="banner">
          {fault}
        </Notice>
      )}
    </li>
  );
}

interface LessonProps {
  readonly lesson: Lesson;
  readonly number: number;
  readonly result: Result | undefined;
  /** True if our runs show the lesson; null where it is not measured. */
  readonly isShown: boolean | null;
}

function LessonCard({ lesson: { title, question, arms }, number, result, isShown }: LessonProps) {
  return (
    <li className={styles.lesson}>
      <h2>
        <span>{number}</span> {title.charAt(0).toUpperCase() + title.slice(1)}
      </h2>
      <p>{question}</p>
      {isShown !== null && (
        <p className={styles.outcome}>
          {isShown ? 'Our runs show it' : 'Our runs do not show it'}, mean of {result?.seeds.length} seeds.
        </p>
      )}
      <ul className={styles.arms} aria-label={`Recipes of “${title}”`}>
        {arms.map((arm) => (
          <ArmRow key={arm.arm} arm={arm} result={result} />
        ))}
      </ul>
    </li>
  );
}

/** True if every recipe of every lesson has a row in the result. */
const isComplete = ({ rows }: Result): boolean =>
  lessons.every((lesson) => lesson.arms.every(({ arm }) => rows.some((row) => row.arm === arm)));

export function Learn() {
  const result = useLab((state) => state.results.list.find(({ id }) => id === 'Lessons'));
  useEffect(() => void readResults(), []);
  const judged = result && isComplete(result) ? judgeLessons(result) : null;
  return (
    <>
      <p className={texts.intro}>Each lesson asks one question. Load a recipe, train it, and watch what it does.</p>
      <ol className={styles.lessons}>
        {lessons.map((lesson, i) => (
          <LessonCard
            key={lesson.title}
            lesson={lesson}
            number={i + 1}
            result={result}
            isShown={judged?.shown.includes(lesson.title) ?? null}
          />
        ))}
      </ol>
    </>
  );
}
