/** The chosen completion in figures, and switches that recompute the shown numbers. The run does not change. */
import type { StartEvent } from '../../lab/run/events';
import { termOf } from '../../lab/run/reasons';
import type { WorkedCompletion, WorkedGroup, WorkedOptions } from '../../lab/run/workedOut';
import type { GrpoStep } from '../../train/grpo';
import { explanations } from './explanations';
import styles from './Figures.module.css';
import { signed } from './format';
import { Help } from './Help';
import { WithArrow } from './Mark';
import { tip } from './tip';
import {
  advantageFormula,
  divisorTitles,
  scaleTitles,
  termFormulas,
  tokenFormula,
  trainedNote,
} from './workedOutWords';

interface FiguresProps {
  readonly worked: WorkedGroup;
  readonly completion: WorkedCompletion;
  /** The same completion under the run's own options. */
  readonly trained: WorkedCompletion;
  readonly options: WorkedOptions;
  readonly trainedOptions: WorkedOptions;
  readonly recipe: StartEvent['recipe'];
  readonly metrics: GrpoStep['metrics'];
}

const titleOf = (name: string): string => termOf({ name }).title;

export function Figures(props: FiguresProps) {
  const { worked, completion, trained, options, trainedOptions, recipe, metrics } = props;
  const context = {
    batch: worked.batch,
    divisor: options.lengthDivisor,
    lMax: recipe.reward.lMax,
    updates: recipe.grpo.updates,
  };
  const drawn = metrics['dynamic_sampling/groups_drawn'];
  const lines = [
    ...termFormulas(completion, titleOf),
    tokenFormula(completion, context),
    ...(drawn === undefined
      ? []
      : [`Dynamic sampling kept ${metrics['dynamic_sampling/groups_kept']} of ${drawn} groups drawn`]),
  ];
  const note = trainedNote(completion, trained, options, trainedOptions);
  return (
    <div className={styles.figures} data-testid="figures">
      <strong className={styles.number} {...tip('Advantage')}>
        {signed(completion.comparison.advantage)}
      </strong>
      <div>
        <p className={styles.formula}>
          <WithArrow text={advantageFormula(completion, options.scaleRewards, titleOf)} />
        </p>
        {lines.map((line) => (
          <p key={line} className={styles.line}>
            {line}
          </p>
        ))}
        {note && <p className={styles.note}>{note}</p>}
      </div>
    </div>
  );
}

interface SwitchProps<T extends string> {
  readonly label: string;
  readonly help: string;
  readonly titles: Readonly<Record<T, string>>;
  readonly shown: T;
  readonly trained: T;
  readonly onChoose: (value: T) => void;
}

function Switch<T extends string>({ label, help, titles, shown, trained, onChoose }: SwitchProps<T>) {
  return (
    <div className={styles.switch} role="group" aria-label={label}>
      <span>{label}</span>
      <Help text={help} about={label} />
      {(Object.keys(titles) as T[]).map((value) => (
        <button key={value} type="button" aria-pressed={value === shown} onClick={() => onChoose(value)}>
          {titles[value]}
          {value === trained && <small> as trained</small>}
        </button>
      ))}
    </div>
  );
}

interface SwitchesProps extends Pick<FiguresProps, 'options' | 'trainedOptions' | 'recipe'> {
  readonly onChange: (options: WorkedOptions) => void;
}

export function Switches({ options, trainedOptions, recipe, onChange }: SwitchesProps) {
  return (
    <div className={styles.switches}>
      {recipe.grpo.aggregation === 'sum_then_normalize' ? (
        <Switch
          label="Divide by std of"
          help={explanations.stdScaling}
          titles={scaleTitles}
          shown={options.scaleRewards}
          trained={trainedOptions.scaleRewards}
          onChoose={(scaleRewards) => onChange({ ...options, scaleRewards })}
        />
      ) : (
        <p className={styles.line}>normalize_then_sum always divides by the std of the batch, as trained.</p>
      )}
      <Switch
        label="Length normalization"
        help={explanations.lengthNormalization}
        titles={divisorTitles}
        shown={options.lengthDivisor}
        trained={trainedOptions.lengthDivisor}
        onChoose={(lengthDivisor) => onChange({ ...options, lengthDivisor })}
      />
    </div>
  );
}
