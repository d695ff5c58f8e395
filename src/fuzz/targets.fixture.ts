/** All targets of the fuzz test. */
import { filterTarget } from './filters.fixture';
import { runFolderTarget } from './runFolder.fixture';
import type { Target } from './target.fixture';
import { textTargets } from './texts.fixture';
import { zipTarget } from './zip.fixture';

export const targets: readonly Target[] = [...textTargets, filterTarget, await runFolderTarget(), await zipTarget()];
