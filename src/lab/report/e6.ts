/** E6: SFT on some families against accuracy on a family that the model never saw. */
import { mean } from '../../stats';
import { type Experiment, meanOf, points } from './experiment';
import { accuracies, MIXED, mixedFamilies } from './mixed';
import { byRule, differences, effectPerRow, valuesOf } from './rule';

/** Lower end of the report's range of gains over the base model on unseen families. */
const LEAST_GAIN = 0.3;

const { recipe: mixed, members } = mixedFamilies(0);

export const e6: Experiment = {
  id: 'E6',
  title: 'SFT on some families, evaluated on another',
  finding: 'SFT gains 30–60 points over the base model on unseen families',
  report:
    'TSP, 3SAT, BA-Calendar: 30–60 points over the base, none of them trained on (the report’s text; the range is unconfirmed)',
  columns: [
    { title: 'base', unit: 'share' },
    { title: 'SFT on the others', unit: 'share' },
    { title: 'SFT on all', unit: 'share' },
  ],
  why: 'The report starts from a model that has read the web: SFT teaches it to use what it knows. A model with fresh weights knows only the format of an unseen family, so it gets right what guessing in that format gets right. Addition is the exception: arithmetic has sums too, so addition is not quite unseen.',
  arms: members.map(({ task }, i) => {
    // the evaluation keeps all families; only the clusters lack one
    const set = { 'data.clusters': mixed.data.clusters.filter((cluster) => cluster.task !== task), 'grpo.steps': 0 };
    return {
      ...{ arm: `${task} unseen`, recipe: MIXED, set, evaluation: null },
      runs: [
        { name: `SFT without ${task}`, recipe: MIXED, set },
        { name: 'SFT on all', recipe: MIXED, set: { 'grpo.steps': 0, 'evaluation.base': true } },
      ],
      cells({ runs: [without, all] }) {
        const stages = [all!.base!, without!.sft, all!.sft];
        return stages.map((stage) => accuracies(mixed, members, stage)[i]!);
      },
    };
  }),
  conclude({ rows }) {
    const unseen = rows.map((row) => meanOf(row, 1) - meanOf(row, 0));
    const seen = rows.map((row) => meanOf(row, 2) - meanOf(row, 0));
    const high = unseen.filter((gain) => gain >= LEAST_GAIN).length;
    const found =
      `Over the base model, SFT on the other families gains ${points(mean(unseen))} on an unseen family ` +
      `(30 points or more on ${high} of ${rows.length}). SFT on all families gains ${points(mean(seen))}.`;
    const effects = effectPerRow(rows, (row) => differences(valuesOf(row, 1), valuesOf(row, 0), LEAST_GAIN));
    const what = 'gain over the base model on an unseen family beyond 30 points';
    return byRule({ what, unit: 'points' }, effects, found);
  },
};
