/** Worker for edited rewards. It is not the one that trains: a step on the CPU would delay each score. */
import '../jitless';
import '../re2';
import { expose, transfer } from 'comlink';
import type { WhatIfTable } from '../lab/play/whatIfTable';
import { openPlace } from './place';
import { RewardBench } from './rewardBench';

/** Buffers of a table, which go to the page without a copy. */
const buffersOf = ({ step, group, rollout, correct, prompt, rewards, advantages, order }: WhatIfTable) =>
  [step, group, rollout, correct, prompt, order, ...rewards, ...advantages].map(({ buffer }) => buffer as ArrayBuffer);

class Commands extends RewardBench {
  override async whatIf(...asked: Parameters<RewardBench['whatIf']>) {
    const report = await super.whatIf(...asked);
    return report && transfer(report, buffersOf(report.table));
  }
}

expose(new Commands(openPlace));
