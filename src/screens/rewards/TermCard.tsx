/** Card of one reward term: switch, weight, constants, formula and curve. Edits change no run. */
import { Switch } from '@base-ui/react/switch';
import { lazy, Suspense, useMemo } from 'react';
import type { Recipe } from '../../lab/recipe/recipe';
import type { RewardTerm } from '../../rewards/term';
import { editReward, resetReward } from '../../store/rewardEdits';
import { valueAt } from '../../valueAt';
import { classes } from '../shared/classes';
import { Notice } from '../shared/Notice';
import { CurvePlot } from './CurvePlot';
import { Formula } from './Formula';
import { ChoiceField, NumberField } from './NumberField';
import styles from './TermCard.module.css';
import { fieldsOfTerm, fieldText, type TermField } from './termFields';

/** Weight of a term that is switched on and has no other. */
const FIRST_WEIGHT = 0.2;
/** Text of a custom term to begin with. */
const FIRST_PROGRAM = `(rollout) => {
  // a number, or { value, reason }
  return rollout.correct ? 1 : 0;
}
`;

const NotLoaded = () => (
  <Notice kind="warning" shape="banner">
    The editor did not load. Check the network and reload the page.
  </Notice>
);
const TermEditor = lazy(() =>
  import('./TermEditor').then(
    ({ TermEditor }) => ({ default: TermEditor }),
    () => ({ default: NotLoaded }),
  ),
);

export interface TermCardProps {
  readonly term: RewardTerm;
  readonly base: Recipe;
  /** Values of the shown edits by path, valid or not. */
  readonly valueAtPath: (path: string) => unknown;
  readonly faults: Readonly<Record<string, string>>;
}

interface HeadProps {
  readonly term: RewardTerm;
  readonly on: boolean;
  /** Paths of the edited fields. */
  readonly changed: readonly string[];
  readonly onTurn: (on: boolean) => void;
}

function Head({ term: { title, color, name }, on, changed, onTurn }: HeadProps) {
  return (
    <header className={styles.head}>
      <i style={{ background: color }} aria-hidden="true" />
      <h3 id={`term-${name}`}>{title}</h3>
      {changed.length > 0 && (
        <button type="button" onClick={() => resetReward(changed)} aria-label={`Reset ${title} to the run’s values`}>
          Reset
        </button>
      )}
      <Switch.Root className={styles.switch} checked={on} aria-label={`Use ${title}`} onCheckedChange={onTurn}>
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
    </header>
  );
}

export function TermCard({ term, base, valueAtPath, faults }: TermCardProps) {
  const { weight, constants } = useMemo(() => fieldsOfTerm(term), [term]);
  const paths = [weight, ...constants].map(({ path }) => path);
  const changed = paths.filter((path) => valueAtPath(path) !== valueAt(base, path));
  const on = valueAtPath(weight.path) !== 0;
  const fieldProps = (field: TermField) => ({
    ...{ field, of: term.title, value: valueAtPath(field.path), fault: faults[field.path] },
    before: changed.includes(field.path) ? fieldText(valueAt(base, field.path)) : null,
  });
  const numbers = constants.filter(({ kind, path }) => kind !== 'program' && typeof valueAtPath(path) === 'string');
  const isDrawable = numbers.every(({ kind }) => kind === 'choice') && typeof base.reward.lMax === 'number';
  const values = Object.fromEntries(constants.map(({ name, path }) => [name, valueAtPath(path)]));
  const curve = on && isDrawable ? term.curve?.(values, base.reward.lMax) : undefined;
  const program = constants.find(({ kind }) => kind === 'program');
  const turn = (checked: boolean) => {
    const first = Number(weight.initial) || FIRST_WEIGHT;
    const needsProgram = checked && program && valueAtPath(program.path) === '';
    editReward({ [weight.path]: checked ? first : 0, ...(needsProgram && { [program.path]: FIRST_PROGRAM }) });
  };
  return (
    <section
      className={classes(styles.card, !on && styles.off)}
      aria-labelledby={`term-${term.name}`}
      data-testid={`term-${term.name}`}
    >
      <Head term={term} on={on} changed={changed} onTurn={turn} />
      <p className={styles.formula}>
        <Formula text={term.formula} />
      </p>
      {on && (
        <>
          {/* above the fields, whose notes appear while a point is dragged */}
          {curve && <CurvePlot curve={curve} color={term.color} fields={constants} title={term.title} />}
          <div className={styles.fields}>
            <NumberField {...fieldProps(weight)} />
            {constants.map((field) => {
              if (field.kind === 'program') return null;
              return field.kind === 'choice' ? (
                <ChoiceField key={field.name} {...fieldProps(field)} />
              ) : (
                <NumberField key={field.name} {...fieldProps(field)} />
              );
            })}
          </div>
          {program && (
            <>
              <Suspense fallback={<p>Opening the editor …</p>}>
                <TermEditor
                  text={String(valueAtPath(program.path))}
                  label={`JavaScript of ${term.title}`}
                  onChange={(text) => editReward({ [program.path]: text })}
                />
              </Suspense>
              {faults[program.path] && (
                <p className={styles.fault} role="alert">
                  {faults[program.path]}
                </p>
              )}
            </>
          )}
        </>
      )}
    </section>
  );
}
