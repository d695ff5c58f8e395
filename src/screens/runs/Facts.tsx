/** Named facts about a run, each with its value. */
import { classes } from '../shared/classes';
import styles from './Facts.module.css';

interface FactsProps {
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly className: string | undefined;
}

export const Facts = ({ facts, className }: FactsProps) => (
  <dl className={classes(styles.facts, className)}>
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
