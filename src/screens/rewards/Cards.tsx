/** Cards of all reward terms: those in use first, then the others. */
import type { Recipe } from '../../lab/recipe/recipe';
import { rewardTerms } from '../../rewards';
import { type Edited, shownChanges } from '../../store/rewardEdits';
import { valueAt } from '../../valueAt';
import styles from './Cards.module.css';
import { useEdits } from './hooks';
import { TermCard } from './TermCard';

interface CardsProps {
  readonly base: Recipe;
  readonly edited: Edited;
}

export function Cards({ base, edited }: CardsProps) {
  const changes = useEdits(shownChanges);
  const valueAtPath = (path: string): unknown => (Object.hasOwn(changes, path) ? changes[path] : valueAt(base, path));
  const faults = edited.faults ?? {};
  // a term that is switched off stays where it was, so that it can be switched on again
  const isOwn = (name: string) => valueAt(base, `reward.${name}`) !== 0;
  const groups = [
    { title: 'Terms of the run', terms: rewardTerms.filter(({ name }) => isOwn(name)) },
    { title: 'Other terms', terms: rewardTerms.filter(({ name }) => !isOwn(name)) },
  ];
  return (
    <div className={styles.cards}>
      {groups.map(({ title, terms }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {terms.map((term) => (
            <TermCard key={term.name} term={term} base={base} valueAtPath={valueAtPath} faults={faults} />
          ))}
        </section>
      ))}
    </div>
  );
}
