/** Section of a recipe for the reward: its terms, their weights and their constants. */
import { z } from 'zod';
import { REPORT_CONSTANTS } from '../../../rewards/term';
import { choice, type Issue, integer, number, section } from '../fields';

/** Weight of a reward term beside the report's two. */
const weight = (of: string, description: string) =>
  number(`Weight of ${of}`, `${description} 0: not used.`, 0, -10, 10);

export const rewardSection = section(
  'Reward',
  "The report's reward, and others beside it; lengths in tokens, the end token included.",
  {
    lMax: integer('L max', 'Completion budget; a completion that reaches it without an end is cut off.', 24, 4, 4096),
    lPos: number('L pos', 'A right answer longer than this earns less.', 19.2, 0, 4096),
    lNeg: number('L neg', 'A wrong answer shorter than this costs more.', 8.4, 1, 4096),
    accuracy: number('Weight of accuracy', "The report's is 8/13.", 8 / 13, -10, 10),
    repetition: number('Weight of repetition', "The report's is 1/13.", 1 / 13, -10, 10),
    length: weight('length alone', 'Pays for tokens, whatever they say: watch it being cheated.'),
    brevity: weight('brevity', 'Pays for every token that is not used.'),
    answerFormat: weight('form of the answer', 'Pays for an answer of the right kind of signs, right or wrong.'),
    tagCount: weight('tags', 'Half for each think tag that stands exactly once.'),
    stepCount: weight('steps of the thought', 'Pays for steps between separators, up to a target.'),
    partial: weight('partly right', "The task's own measure of how much of the answer is right."),
    custom: weight('your own', 'Of the term whose JavaScript stands below.'),
    customSource: z.string().max(20_000).default('').meta({
      title: 'Your own term',
      description:
        'JavaScript: (rollout) => a number or { value, reason }; or the body of such a function. It runs by itself: no network, no clock, bounded work and memory.',
    }),
    rightShort: number('Right, short', 'Accuracy of a right answer up to L pos.', REPORT_CONSTANTS.rightShort, -10, 10),
    rightLong: number('Right, long', 'Accuracy of a right answer at L max.', REPORT_CONSTANTS.rightLong, -10, 10),
    wrongShort: number(
      'Wrong, short',
      'Accuracy of a wrong answer of no length.',
      REPORT_CONSTANTS.wrongShort,
      -10,
      10,
    ),
    wrongLong: number('Wrong, long', 'Accuracy of a wrong answer from L neg on.', REPORT_CONSTANTS.wrongLong, -10, 10),
    missingEnd: number('No end', 'Accuracy of what was cut off.', REPORT_CONSTANTS.missingEnd, -10, 10),
    formatFault: number(
      'Format fault',
      'Accuracy where a think tag is missing, repeated or out of order.',
      REPORT_CONSTANTS.formatFault,
      -10,
      10,
    ),
    firstFault: choice(
      'First fault',
      'Which of the two tells where both apply.',
      ['end', 'format'],
      REPORT_CONSTANTS.firstFault,
    ),
    repetitionN: integer('n of the n-grams', 'Words, or tokens, in a row.', REPORT_CONSTANTS.repetitionN, 1, 64),
    repetitionOften: integer(
      'Often',
      'An n-gram counts as repeated where it stands more often than this.',
      REPORT_CONSTANTS.repetitionOften,
      1,
      4096,
    ),
    stepsTarget: integer(
      'Steps',
      'Steps of a thought that earn all of that term.',
      REPORT_CONSTANTS.stepsTarget,
      1,
      1000,
    ),
  },
);

/** Reports lengths in the wrong order, and a weight without its term. */
export function checkReward(reward: z.infer<typeof rewardSection>, issue: Issue): void {
  if (reward.lPos >= reward.lMax)
    issue(['reward', 'lPos'], `L pos (${reward.lPos}) must be below L max (${reward.lMax})`);
  if (reward.custom !== 0 && reward.customSource.trim() === '')
    issue(['reward', 'customSource'], 'your own term has a weight but no JavaScript');
}
