/** Title of the run on screen, its seed, and the number of settings that differ from the recipe of that name. */
import { useEffect } from 'react';
import { draftChanges } from '../../store/draft';
import { useLab, useRun } from '../shared/hooks';
import styles from './Running.module.css';

export function Running() {
  const { start } = useRun();
  const recorded = useLab((state) => state.source === 'replay');
  const started = useLab((state) => state.started);
  const recipe = started ?? start?.recipe;
  const title = recipe?.title;
  useEffect(() => {
    document.title = title ? `${title} · Groupthink` : 'Groupthink';
  }, [title]);
  if (!recipe) return <p className={styles.running} data-testid="running" />;
  // a recording may lack newer fields of the recipe
  const changes = recorded ? 0 : draftChanges(recipe).length;
  return (
    <p className={styles.running} data-testid="running">
      <b>{recipe.title}</b>
      <span>
        {changes > 0 && `${changes} ${changes === 1 ? 'change' : 'changes'}, `}seed {recipe.seed}
      </span>
    </p>
  );
}
