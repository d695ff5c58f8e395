/**
 * Experiment on the teaching recipes: each lesson has arms, and a test of their numbers. The conclusion names each lesson that
 * the means over seeds do not show.
 */
import { mean } from '../../stats';
import { oneRun, type RunNumbers } from './arm';
import { type Experiment, type Measured, meanOf } from './experiment';

const columns = [
  { title: 'accuracy before', unit: 'share' },
  { title: 'accuracy after', unit: 'share' },
  { title: 'tokens before', unit: 'tokens' },
  { title: 'tokens after', unit: 'tokens' },
  { title: 'cut off after', unit: 'share' },
  { title: 'entropy after', unit: 'number' },
  { title: 'KL after', unit: 'number' },
] as const satisfies Experiment['columns'];
const [BEFORE, AFTER, TOKENS_BEFORE, TOKENS_AFTER, CUT, ENTROPY, KL] = columns.keys();

export interface LessonArm {
  readonly arm: string;
  readonly recipe: string;
  readonly set?: Readonly<Record<string, string>>;
}

export interface Lesson {
  readonly title: string;
  /** Question that the lesson answers. */
  readonly question: string;
  readonly arms: readonly LessonArm[];
  /** True if the means of the arms show the lesson. @param of mean of a column of the lesson's arm, by index */
  shows(of: (arm: number, column: number | undefined) => number): boolean;
}

const one = (recipe: string): LessonArm => ({ arm: recipe, recipe });

export const lessons: readonly Lesson[] = [
  {
    title: 'thinking emerges',
    question: 'Does a model learn to think longer when only right answers are paid?',
    arms: [one('parity-12')],
    shows: (of) => of(0, AFTER) > of(0, BEFORE) + 0.2 && of(0, TOKENS_AFTER) > 1.5 * of(0, TOKENS_BEFORE),
  },
  {
    title: 'RL sharpens what SFT began',
    question: 'How much does GRPO add to a model that SFT has taught?',
    arms: [one('addition-2')],
    shows: (of) => of(0, AFTER) > of(0, BEFORE) + 0.1,
  },
  {
    title: 'too early',
    question: 'What happens if GRPO begins before SFT has taught enough?',
    arms: [one('too-early')],
    shows: (of) => of(0, AFTER) < 0.6 && Math.abs(of(0, TOKENS_AFTER) / of(0, TOKENS_BEFORE) - 1) > 0.1,
  },
  {
    title: 'too fast',
    question: 'What does too high a learning rate do to GRPO?',
    arms: [one('too-fast')],
    shows: (of) => of(0, AFTER) < of(0, BEFORE) / 2,
  },
  {
    title: 'truncation pays',
    question: 'What does the model do when an answer that is cut off costs less than a wrong one?',
    arms: [one('truncation-pays')],
    shows: (of) => of(0, CUT) > 0.5 && of(0, AFTER) < 0.1,
  },
  {
    title: 'length inflation without the cosine',
    question: 'Do thoughts grow if nothing in the reward limits their length?',
    arms: [one('length-cosine'), one('length-no-cosine')],
    shows: (of) => of(1, TOKENS_AFTER) > 1.1 * of(0, TOKENS_AFTER),
  },
  {
    title: 'reward hacking by length',
    question: 'What does the model do when length itself is paid?',
    arms: [one('hack-length')],
    shows: (of) => of(0, CUT) > 0.5 && of(0, AFTER) < of(0, BEFORE) / 2,
  },
  {
    title: 'repetition',
    question: 'Does a repetition penalty stop the model that is paid for length?',
    arms: [one('hack-length'), one('hack-length-repetition')],
    shows: (of) => of(1, TOKENS_AFTER) < 0.9 * of(0, TOKENS_AFTER),
  },
  {
    title: 'Dr. GRPO against std scaling',
    question: 'What changes if the advantage is not divided by the standard deviation?',
    arms: [one('std-scaling'), one('dr-grpo')],
    shows: (of) => of(1, KL) < of(0, KL),
  },
  {
    title: 'curated against random',
    question: 'Which problems teach most: those that the model solves at times, or any?',
    arms: [
      { arm: 'addition-mixed, band', recipe: 'addition-mixed', set: { 'curation.select': 'band' } },
      { arm: 'addition-mixed, random', recipe: 'addition-mixed', set: { 'curation.select': 'random' } },
      { arm: 'addition-mixed, easy', recipe: 'addition-mixed', set: { 'curation.select': 'easy' } },
    ],
    shows: (of) => of(0, AFTER) > of(1, AFTER) && of(0, AFTER) > of(2, AFTER),
  },
  {
    title: 'KL off',
    question: 'What does the KL penalty cost, and what does it protect?',
    arms: [one('kl-off'), one('kl-strong')],
    shows: (of) => of(0, KL) > of(1, KL) && of(0, AFTER) > of(1, AFTER),
  },
  {
    title: 'clip-higher and entropy',
    question: 'Does a higher upper clip keep the model exploring?',
    arms: [one('clip-even'), one('clip-higher')],
    shows: (of) => of(1, ENTROPY) > of(0, ENTROPY),
  },
];

/** All arms, without duplicates. */
const arms = [...new Map(lessons.flatMap((lesson) => lesson.arms.map((arm) => [arm.arm, arm] as const))).values()];

/** Number of last GRPO steps over which numbers are averaged. */
const LAST = 5;

function cellsOf({ sft, grpo }: RunNumbers): number[] {
  const last = grpo.curve.slice(-LAST);
  return [
    sft.sampled_accuracy,
    grpo.sampled_accuracy,
    grpo.curve[0]!.mean_length,
    mean(last.map((point) => point.mean_length)),
    mean(last.map((point) => point.clipped_ratio)),
    mean(last.map((point) => point.entropy)),
    mean(last.map((point) => point.kl)),
  ];
}

/** Titles of the lessons that the means show, and of those that they do not show. */
export function judgeLessons({ rows }: Pick<Measured, 'rows'>): { shown: string[]; not: string[] } {
  const shows = ({ arms, shows }: Lesson) =>
    shows((arm, column) => meanOf(rows.find((row) => row.arm === arms[arm]!.arm)!, column!));
  return {
    shown: lessons.filter(shows).map(({ title }) => title),
    not: lessons.filter((lesson) => !shows(lesson)).map(({ title }) => title),
  };
}

export const lessonsExperiment: Experiment = {
  id: 'Lessons',
  title: 'The teaching recipes',
  finding: 'Each lesson shows what it claims to show',
  report: 'no figure in the report; these are lessons of this lab',
  columns,
  why: 'A lesson in front of a class is one run. The numbers here are means over seeds; a single seed can show less, or more.',
  arms: arms.map(({ arm, recipe, set = {} }) => oneRun(arm, recipe, set, cellsOf)),
  conclude(measured) {
    const { shown, not } = judgeLessons(measured);
    const found = `${shown.length} of ${lessons.length} lessons show what they claim${not.length > 0 ? `; exceptions: ${not.join(', ')}` : ''}.`;
    const verdict = not.length === 0 ? 'agrees' : shown.length > 0 ? 'partly' : 'disagrees';
    return {
      verdict,
      found,
      rule: 'A lesson counts as shown if the means over seeds show it.',
      effects: [],
      effectUnit: 'points',
    };
  },
};
