/** Problems of any task at any level, and the draft's own, each with its picture, its verifier and its teacher traces. */
import '../../jitless'; // before the schemas of this view, however the build splits the page
import { useMemo } from 'react';
import { BrowsedProblems, browsable, browsedCommand } from '../../lab/recipe/browse';
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { Panel } from '../shared/Panel';
import texts from '../shared/text.module.css';
import styles from './Data.module.css';
import { Dials } from './Dials';
import { ProblemCard } from './Problem';
import { TeacherTraces } from './TeacherTraces';

export function Data() {
  const wanted = useLab((state) => state.data);
  const own = useLab((state) => state.draft.own);
  // the draft's own problems may be gone since then
  const shown = browsable(wanted, own);
  const { task: name, level, seed, index } = shown;
  const problems = useMemo(() => new BrowsedProblems(name, level, seed, own), [name, level, seed, own]);
  const { task } = problems;
  const problem = problems.at(index);
  return (
    <>
      <Dials shown={shown} task={task} own={own} />
      <p className={texts.intro}>{task.about}</p>
      <div className={styles.halves}>
        <ProblemCard key={`${name} ${level} ${seed} ${index}`} task={task} problem={problem} />
        <TeacherTraces task={task} problem={problem} level={level} />
      </div>
      <Panel title="As data">
        <p className={texts.words}>JSON for this problem: the last line that this command prints.</p>
        <pre className={texts.block}>{browsedCommand(shown, own)}</pre>
        <pre className={classes(texts.block, styles.json)}>{JSON.stringify(problem.problem)}</pre>
      </Panel>
    </>
  );
}
