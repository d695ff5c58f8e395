/** Run on screen: its title, its recipe with the number of changes and the seed, and its state in a word. */
import { useEffect } from 'react';
import { draftChanges } from '../../store/draft';
import { useLab, useRun } from '../shared/hooks';
import { runState } from '../shared/runState';
import { tip } from '../shared/tip';
import styles from './Running.module.css';

export function Running() {
  const { start, summary, stage } = useRun();
  const state = useLab((lab) => runState({ ...lab, run: { summary, stage } }));
  const recorded = useLab((lab) => lab.source === 'replay');
  const started = useLab((lab) => lab.started);
  const named = useLab((lab) => lab.runTitle);
  const recipe = started ?? start?.recipe;
  const title = named || recipe?.title;
  useEffect(() => {
    document.title = title ? `${title} · Groupthink` : 'Groupthink';
  }, [title]);
  // a recording may lack newer fields of the recipe
  const changes = recipe && !recorded ? draftChanges(recipe).length : 0;
  return (
    <>
      <p className={styles.running} data-testid="running">
        {recipe && (
          <>
            <b {...tip(title)}>{title}</b>
            <span>
              {recipe.name}
              {changes > 0 && `, ${changes} ${changes === 1 ? 'change' : 'changes'}`}, seed {recipe.seed}
            </span>
          </>
        )}
      </p>
      <span className={styles.state} data-testid="state" data-state={state}>
        {state}
      </span>
    </>
  );
}
