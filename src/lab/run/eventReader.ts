/**
 * Reader of a run's lines. Checks each event against its schema, the order, the recipe and itself: steps follow each other, tokens
 * spell the text, means are those of the rollouts. A run of this lab passes; a changed one does not.
 */
import { quote } from '../../quote';
import { usedTerms } from '../../rewards/total';
import { mean } from '../../stats';
import { SPECIAL } from '../../text/vocabulary';
import { advantagesOf } from '../../train/advantages';
import { valueAt } from '../../valueAt';
import type { Recipe } from '../recipe/recipe';
import { recipeAfter } from './changes';
import { near } from './eventSchema';
import {
  type ApplyEvent,
  type CurationEvent,
  type CurvePoint,
  curvePoint,
  type EndEvent,
  type EvaluationEvent,
  eventFromLine,
  type GrpoEvent,
  type LabEvent,
  type ResumeEvent,
  type SftEvent,
  type Stage,
  type StageAccuracy,
  type StartEvent,
  stageAccuracy,
} from './events';

/** Stages that may follow a stage. */
const FOLLOWS: Readonly<Record<Stage, readonly Stage[]>> = {
  compile: ['evaluate', 'sft', 'grpo'],
  sft: ['evaluate'],
  evaluate: ['sft', 'curate', 'compile'],
  curate: ['compile', 'grpo'],
  grpo: ['curate', 'evaluate'],
};
/** Stage of each event. */
const STAGE_OF = { sft: 'sft', grpo: 'grpo', evaluation: 'evaluate', curation: 'curate' } as const;

/** Steps so far, as a fork reports those of its parent. */
type History = NonNullable<ResumeEvent['fork']>['before'];

/** Reads the lines of one run in their order. */
export class EventReader {
  private start: StartEvent | null = null;
  /** Recipe of the next event: the start's, with the changes since. */
  private recipe: Recipe | null = null;
  private stage: Stage | null = null;
  /** Device of the last continuation; null before one. */
  private adapter: string | null = null;
  private ended = false;
  private sft: History['sft'] = { steps: 0, final_loss: null, num_tokens: 0 };
  private grpo: { num_tokens: number; readonly curve: CurvePoint[] } = { num_tokens: 0, curve: [] };
  private readonly evaluations: Partial<Record<EvaluationEvent['stage'], EvaluationEvent>> = {};
  private curated = -1;

  /** @throws naming the line and its fault: a field, or a conflict with earlier lines */
  read(line: string, where: string): LabEvent {
    const event = eventFromLine(line, where);
    const fault = this.faultOf(event);
    if (fault !== null) throw new Error(`${where}: ${fault}`);
    return event;
  }

  private faultOf(event: LabEvent): string | null {
    if (this.ended) return `nothing may follow the event "end", and "${event.type}" does`;
    if (event.type === 'start') {
      if (this.start) return 'a second "start"; a file holds one run';
      this.start = event;
      this.recipe = event.recipe;
      return null;
    }
    if (!this.start) return `the first event has to be "start", and is "${event.type}"`;
    if (event.type === 'resume') return this.resume(event);
    if (event.type === 'stage') return this.enter(event.stage);
    if (event.type === 'apply') return this.apply(event);
    if (event.type === 'end') return this.end(event);
    if (this.stage !== STAGE_OF[event.type])
      return `an event "${event.type}" in the stage ${this.stage ?? 'before any'}`;
    switch (event.type) {
      case 'sft':
        return this.sftStep(event);
      case 'grpo':
        return this.grpoStep(event, this.recipe!, this.start);
      case 'evaluation':
        return this.evaluation(event);
      case 'curation':
        return this.curation(event, this.recipe!);
      default:
        return event satisfies never;
    }
  }

  private enter(stage: Stage): string | null {
    const before = this.stage;
    const may = before === null ? ['compile'] : FOLLOWS[before];
    if (!may.includes(stage)) return `stage: "${stage}" does not follow ${before ?? 'the start'}`;
    this.stage = stage;
    return null;
  }

  /** Checks that a continuation begins at the last step before it. The history of a fork counts as steps before it. */
  private resume({ stage, step, adapter, fork }: ResumeEvent): string | null {
    if (fork) {
      if (this.stage) return 'fork: follows other events than "start"; a fork begins its own file';
      const { sft, grpo, evaluations } = fork.before;
      this.sft = sft;
      this.grpo = { ...grpo, curve: [...grpo.curve] };
      for (const event of evaluations) this.evaluations[event.stage] = event;
      // the stage whose event comes before the first one of the fork
      if (stage === 'sft') this.stage = step > 0 ? 'sft' : 'compile';
      else this.stage = step > 0 ? 'grpo' : 'evaluate';
    }
    const taken = stage === 'sft' ? this.sft.steps : this.grpo.curve.length;
    if (step !== taken) return `step: ${step}, but ${taken} were taken; drop the lines after the checkpoint`;
    if (stage === 'sft' && (this.evaluations.sft || this.grpo.curve.length > 0))
      return 'stage: "sft", but SFT has ended; drop the lines after the checkpoint';
    if (stage === 'grpo' && !this.evaluations.sft) return 'stage: "grpo", but SFT has not been evaluated';
    this.adapter = adapter;
    return null;
  }

  /** Follows a change of the recipe. */
  private apply(event: ApplyEvent): string | null {
    const { stage, step, fields } = event;
    if (stage !== this.stage) return `stage: "${stage}", but the run is in ${this.stage ?? 'no stage'}`;
    const taken = stage === 'sft' ? this.sft.steps : this.grpo.curve.length;
    if (step !== taken) return `step: ${step}, but ${taken} were taken`;
    const before = this.recipe!;
    const stale = Object.keys(fields).find(
      (field) => JSON.stringify(fields[field]!.from) !== JSON.stringify(valueAt(before, field)),
    );
    if (stale !== undefined) return `fields.${stale}.from: the recipe has ${JSON.stringify(valueAt(before, stale))}`;
    try {
      this.recipe = recipeAfter(before, event);
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  }

  private sftStep(event: SftEvent): string | null {
    const due = this.sft.steps + 1;
    if (event.step !== due) return `step: ${event.step}, but ${due} is next`;
    if (event.step > this.recipe!.sft.steps) return `step: ${event.step}, more than the recipe's sft.steps`;
    const before = this.sft.num_tokens;
    if (event.num_tokens <= before) return `num_tokens: ${event.num_tokens}, not more than ${before} before`;
    this.sft = { steps: event.step, final_loss: event.loss, num_tokens: event.num_tokens };
    return null;
  }

  private grpoStep({ step, metrics, groups }: GrpoEvent, recipe: Recipe, { vocabulary }: StartEvent): string | null {
    const { prompts, groupSize, steps } = recipe.grpo;
    const due = this.grpo.curve.length + 1;
    if (step !== due) return `step: ${step}, but ${due} is next`;
    if (step > steps) return `step: ${step}, more than the recipe's grpo.steps`;
    const tokens = this.grpo.num_tokens;
    if (metrics.num_tokens! <= tokens)
      return `metrics.num_tokens: ${metrics.num_tokens}, not more than ${tokens} before`;
    if (groups.length > prompts) return `groups: ${groups.length}, more than the recipe's grpo.prompts`;
    for (const [g, { rollouts }] of groups.entries()) {
      if (rollouts.length !== groupSize) return `groups.${g}.rollouts: ${rollouts.length}, not grpo.groupSize`;
      for (const [r, rollout] of rollouts.entries()) {
        const fault = rolloutFault(rollout, recipe, vocabulary);
        if (fault) return `groups.${g}.rollouts.${r}.${fault}`;
      }
    }
    const fault = numbersFault({ metrics, groups }, recipe);
    if (fault) return fault;
    this.grpo.num_tokens = metrics.num_tokens!;
    this.grpo.curve.push(curvePoint({ step, metrics }));
    return null;
  }

  private evaluation(event: EvaluationEvent): string | null {
    const due = this.grpo.curve.length > 0 ? 'grpo' : this.evaluations.base || this.sft.steps > 0 ? 'sft' : null;
    const may = due === null ? ['base', 'sft'] : [due];
    if (!may.includes(event.stage) || this.evaluations[event.stage])
      return `stage: an evaluation "${event.stage}" is not due here`;
    this.evaluations[event.stage] = event;
    return null;
  }

  private curation(event: CurationEvent, recipe: Recipe): string | null {
    const { step } = event;
    const { length: taken } = this.grpo.curve;
    if (step !== taken || step <= this.curated) return `step: ${step}, but ${taken} were taken`;
    for (const field of ['select', 'low', 'high', 'samples', 'pool'] as const)
      if (event[field] !== recipe.curation[field])
        return `${field}: ${event[field]}, but the recipe's curation.${field} is ${recipe.curation[field]}`;
    this.curated = step;
    return null;
  }

  private end({ summary }: EndEvent): string | null {
    const { recipe, memory } = this.start!;
    const { base, sft, grpo } = this.evaluations;
    const repeated: readonly (readonly [string, unknown, unknown])[] = [
      ['recipe', summary.recipe, recipe.name],
      ['seed', summary.seed, recipe.seed],
      ['adapter', summary.adapter, this.adapter ?? this.start!.adapter],
      ['memory.estimated_bytes', summary.memory.estimated_bytes, memory.estimated_bytes],
      ['sft.steps', summary.sft.steps, this.sft.steps],
      ['sft.final_loss', summary.sft.final_loss, this.sft.final_loss],
      ['grpo.steps', summary.grpo.steps, this.grpo.curve.length],
      ['grpo.curve', summary.grpo.curve, this.grpo.curve],
      ...repeatedAccuracies('base', summary.base, base),
      ...repeatedAccuracies('sft', summary.sft, sft),
      ...repeatedAccuracies('grpo', summary.grpo, grpo ?? sft),
    ];
    for (const [path, value, was] of repeated)
      if (!same(value, was)) return `summary.${path}: ${quote(value)}, but the events say ${quote(was)}`;
    this.ended = true;
    return null;
  }
}

/** True for two JSON values that differ only in the last digits of numbers. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return near(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

/** Accuracies of a summary, each with the one of the evaluation that it repeats. */
function repeatedAccuracies(
  stage: string,
  summary: StageAccuracy | undefined,
  event: EvaluationEvent | undefined,
): [string, unknown, unknown][] {
  const was = event && stageAccuracy(event);
  return (
    [
      'greedy_accuracy',
      'sampled_accuracy',
      'mean_length',
      'others',
      'storage_logp_difference',
      'storage_gradient_difference',
    ] as const
  ).map((field) => [`${stage}.${field}`, summary?.[field], was?.[field]]);
}

type Rollout = GrpoEvent['groups'][number]['rollouts'][number];

/** First fault of a completion against its recipe and the vocabulary. */
function rolloutFault(
  { ids, text, ended, parts }: Rollout,
  { reward }: StartEvent['recipe'],
  vocabulary: readonly string[],
): string | null {
  const tokens = Array.from(ids, (id) => vocabulary[id]);
  const stray = tokens.indexOf(undefined);
  if (stray >= 0) return `ids.${stray}: ${ids[stray]}, but the vocabulary has ${vocabulary.length} tokens`;
  if (ids.length > reward.lMax) return `ids: ${ids.length} tokens, more than reward.lMax`;
  if (tokens.join('') !== text) return 'text: not what the ids spell';
  if (ended !== (tokens.at(-1) === SPECIAL.end)) return `ended: ${ended}, which the last token does not say`;
  const weighted = usedTerms(reward).map(({ name }) => name);
  if (parts.map(({ name }) => name).join() !== weighted.join())
    return `parts: ${parts.map(({ name }) => name).join(', ') || 'none'}, but the recipe has ${weighted.join(', ')}`;
  const weights: Readonly<Record<string, unknown>> = reward;
  const other = parts.findIndex(({ name, weight }) => weight !== weights[name]);
  return other < 0 ? null : `parts.${other}.weight: ${parts[other]!.weight}, which is not the recipe's`;
}

/** First number of a step that differs from its rollouts. */
function numbersFault({ metrics, groups }: Pick<GrpoEvent, 'metrics' | 'groups'>, { grpo }: StartEvent['recipe']) {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const of: Readonly<Record<string, (rollout: Rollout) => number>> = {
    reward: ({ reward }) => reward,
    accuracy: ({ correct }) => (correct ? 1 : 0),
    'completions/mean_length': ({ ids }) => ids.length,
    'completions/clipped_ratio': ({ ended }) => (ended ? 0 : 1),
  };
  for (const [name, pick] of Object.entries(of)) {
    const from = mean(rollouts.map(pick));
    if (!near(metrics[name]!, from)) return `metrics.${name}: ${metrics[name]}, but the rollouts have ${from}`;
  }
  const advantages = advantagesOf(
    rollouts.map(({ reward, parts }) => ({ total: reward, parts })),
    grpo,
  );
  const wrong = rollouts.findIndex(({ advantage }, i) => !near(advantage, advantages[i]!));
  if (wrong < 0) return null;
  const path = `groups.${Math.floor(wrong / grpo.groupSize)}.rollouts.${wrong % grpo.groupSize}.advantage`;
  return `${path}: ${rollouts[wrong]!.advantage}, but the rewards give ${advantages[wrong]}`;
}
