/** One GRPO step, phase by phase: collect, score, advantages, update. The run waits after each. */
import { stepPhase } from '../../store/control';
import type { ShownPhase } from '../../worker/protocol';
import { classes } from '../shared/classes';
import { signed } from '../shared/format';
import { useLab, useRun } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import { Trace } from '../shared/Trace';
import styles from './Phases.module.css';

const PHASES: readonly { readonly phase: ShownPhase['phase']; readonly title: string }[] = [
  { phase: 'collect', title: 'Collect completions' },
  { phase: 'score', title: 'Score them' },
  { phase: 'advantages', title: 'Compare with the group' },
  { phase: 'update', title: 'Update the weights' },
];

const known = (value: number | undefined): string => (value === undefined ? '…' : signed(value));

/** Completions of the first group with the numbers that they have so far. */
function Group({ shown, vocabulary }: { readonly shown: ShownPhase; readonly vocabulary: readonly string[] }) {
  const [group] = shown.groups;
  if (!group) return null;
  return (
    <Scroll label="Completions of the step">
      <table className={styles.group}>
        <thead>
          <tr>
            {[group.prompt, 'Reward', 'Advantage'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {group.rollouts.map(({ ids, ended, reward, advantage }, i) => (
            <tr key={i}>
              <td>
                <Trace ids={ids} vocabulary={vocabulary} ended={ended} />
              </td>
              <td>{known(reward)}</td>
              <td>{known(advantage)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function Phases() {
  const { start } = useRun();
  const shown = useLab((state) => state.phase);
  const isOn = useLab(
    ({ source, status, run }) =>
      source === 'live' && (status === 'playing' || status === 'paused') && run.stage === 'grpo',
  );
  if (!isOn) return null;
  return (
    <Panel
      title="Step by phase"
      explanation="Takes one GRPO step in four phases and waits after each: the model writes completions, the reward scores them, each is compared with its group, and the update makes better ones likelier. Play goes on without waiting."
      aside={shown && `step ${shown.step}`}
    >
      <div className={styles.phases}>
        <button type="button" onClick={stepPhase}>
          Next phase
        </button>
        <ol aria-label="Phases of the step">
          {PHASES.map(({ phase, title }) => (
            <li
              key={phase}
              aria-current={shown?.phase === phase ? 'step' : undefined}
              className={classes(shown?.phase === phase && styles.now)}
            >
              {title}
            </li>
          ))}
        </ol>
      </div>
      {shown && start && <Group shown={shown} vocabulary={start.vocabulary} />}
    </Panel>
  );
}
