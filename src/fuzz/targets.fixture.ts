/** All targets of the fuzz test. */
import { runFolderTarget } from './runFolder.fixture';
import type { Target } from './target.fixture';
import { textTargets } from './texts.fixture';
import { zipTarget } from './zip.fixture';

export const targets: readonly Target[] = [...textTargets, await runFolderTarget(), await zipTarget()];
