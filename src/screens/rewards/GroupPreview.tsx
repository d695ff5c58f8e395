/** The group on screen under the edited reward: ranked again, changed signs first. */
import { useCallback } from 'react';
import type { WhatIfRollout } from '../../lab/play/whatIf';
import { changesSign } from '../../lab/play/whatIfSummary';
import type { Recipe } from '../../lab/recipe/recipe';
import type { GrpoEvent } from '../../lab/run/events';
import { show } from '../../store/lab';
import { rewardBench } from '../../store/rewardBench';
import { classes } from '../shared/classes';
import { NoGroup } from '../shared/Group';
import { useLab, useRun } from '../shared/hooks';
import { Mark } from '../shared/Mark';
import { Notice } from '../shared/Notice';
import { Panel } from '../shared/Panel';
import { Scroll } from '../shared/Scroll';
import { Trace } from '../shared/Trace';
import { AdvantageFields } from './AdvantageFields';
import { Change } from './Change';
import styles from './GroupPreview.module.css';
import { useAnswer, useGroup, type Working } from './hooks';
import { Stale } from './Stale';
import { storedStepOf } from './stored';

/** Changed signs first, then the higher new advantage. */
const inOrder = (rows: readonly WhatIfRollout[]): WhatIfRollout[] =>
  [...rows].sort((a, b) => Number(changesSign(b)) - Number(changesSign(a)) || b.after.advantage - a.after.advantage);

interface RowsProps {
  readonly step: GrpoEvent;
  readonly index: number;
  readonly edited: Recipe;
  readonly vocabulary: readonly string[];
}

function Rows({ step, index, edited, vocabulary }: RowsProps) {
  const chosen = useLab((state) => state.rollout);
  const ask = useCallback(async () => {
    const stored = storedStepOf(step);
    const [scored] = await rewardBench((commands) => commands.step(stored, [edited], vocabulary));
    return scored!;
  }, [step, edited, vocabulary]);
  const { value, fault } = useAnswer(ask);
  const { rollouts } = step.groups[index]!;
  if (fault !== null && value?.step !== step.step)
    return (
      <Notice kind="error" shape="banner">
        {fault}
      </Notice>
    );
  if (!value || value.step !== step.step) return null;
  return (
    <Scroll label="Completions under the edited reward">
      <table className={styles.rows}>
        <thead>
          <tr>
            {['Completion', 'Reward', 'Advantage'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inOrder(value.rollouts.filter(({ group }) => group === index)).map((row) => {
            const { rollout, before, after, correct } = row;
            const { ids, ended } = rollouts[rollout]!;
            return (
              <tr key={rollout} className={classes(rollout === chosen && styles.chosen)} data-testid="preview-row">
                <td>
                  <button type="button" aria-pressed={rollout === chosen} onClick={() => show({ rollout })}>
                    {rollout + 1}{' '}
                    <span className={correct ? styles.right : styles.wrong}>
                      <Mark good={correct} words={correct ? 'right' : 'wrong'} />
                    </span>
                  </button>
                  <Trace ids={ids} vocabulary={vocabulary} ended={ended} />
                </td>
                <td>
                  <Change before={before.reward} after={after.reward} />
                </td>
                <td>
                  <Change before={before.advantage} after={after.advantage} />
                  {changesSign(row) && <small className={styles.sign}>sign changes</small>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

interface PreviewProps {
  readonly base: Recipe;
  readonly working: Working;
}

export function GroupPreview({ base, working: { recipe, fault } }: PreviewProps) {
  const group = useGroup();
  const { start } = useRun();
  return (
    <Panel
      title="This group"
      explanation="The completions of the group on screen under the edited reward, with their advantages as the run’s step would compute them. Press a number to put a completion on the bench."
      aside={group && `step ${group.step.step}, group ${group.index + 1}`}
    >
      <AdvantageFields base={base} />
      <Stale fault={fault} />
      {group && start ? (
        <Rows step={group.step} index={group.index} edited={recipe} vocabulary={start.vocabulary} />
      ) : (
        <NoGroup />
      )}
    </Panel>
  );
}
