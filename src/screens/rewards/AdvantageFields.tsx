/** Options that turn the rewards of a group into advantages. They belong to the edited reward, as the terms do. */
import type { Recipe } from '../../lab/recipe/recipe';
import { resetReward, shownChanges } from '../../store/rewardEdits';
import { valueAt } from '../../valueAt';
import styles from './AdvantageFields.module.css';
import { useEdits } from './hooks';
import { ChoiceField } from './NumberField';
import { advantageFields, fieldText } from './termFields';

export function AdvantageFields({ base }: { readonly base: Recipe }) {
  const changes = useEdits(shownChanges);
  const valueAtPath = (path: string): unknown => (Object.hasOwn(changes, path) ? changes[path] : valueAt(base, path));
  const changed = advantageFields.map(({ path }) => path).filter((path) => valueAtPath(path) !== valueAt(base, path));
  const normalizesTerms = valueAtPath('grpo.aggregation') === 'normalize_then_sum';
  return (
    <div className={styles.fields} role="group" aria-label="Advantage">
      {advantageFields.map((field) => {
        const { name, path } = field;
        const before = changed.includes(path) ? fieldText(valueAt(base, path)) : null;
        const disabled = name === 'scaleRewards' && normalizesTerms;
        const props = { field, before, disabled, fault: undefined, of: 'the advantage', value: valueAtPath(path) };
        return <ChoiceField key={name} {...props} />;
      })}
      {changed.length > 0 && (
        <button type="button" onClick={() => resetReward(changed)} aria-label="Reset the advantage to the run’s values">
          Reset
        </button>
      )}
    </div>
  );
}
