/** Client of the worker for edited rewards, in the page. */
import { proxy } from 'comlink';
import { CommandWorker } from './commandWorker';
import type { OnWhatIf, RewardCommands } from './rewardBench';

export const openRewardClient = () =>
  new CommandWorker<RewardCommands>(
    () => new Worker(new URL('./rewardWorker.ts', import.meta.url), { type: 'module', name: 'rewards' }),
    'worker for rewards',
  );

/** Makes a function of the page one that the worker can call. */
export const calledByWorker = (onProgress: OnWhatIf): OnWhatIf => proxy(onProgress);
