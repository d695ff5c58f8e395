/** Scores of written completions under the reward of a recipe, and the advantages of a group. Needs no GPU. */
import type { Judged } from '../../data/judge';
import { forOneStep, type Reward, type RewardOptions } from '../../rewards/total';
import { Tokenizer } from '../../text/tokenizer';
import { advantagesOf } from '../../train/advantages';
import { tokenWeights } from '../../train/losses/policyLoss';
import { scoreCompletion } from '../../train/scoreCompletions';
import type { Recipe } from '../recipe/recipe';
import { lossOptions, openRewards } from '../run/options';
import type { PlayProblem } from './problem';

export interface Scored extends Reward {
  readonly ids: readonly number[];
  /** True if the completion has its end token. */
  readonly ended: boolean;
  /** Text, think block, answer and verdict. */
  readonly judged: Judged;
}

export interface ScoredGroup {
  readonly completions: readonly Scored[];
  /** Advantage of each completion by the recipe's scale and aggregation; null for a group of one. */
  readonly advantages: readonly number[] | null;
  /** Weight of each token of a completion in the loss, as in a step of this group alone; 0 if the loss leaves it out. */
  readonly weights: readonly number[];
}

export class Scorer {
  private constructor(
    private readonly recipe: Recipe,
    private readonly reward: RewardOptions,
    private readonly tokenizer: Tokenizer,
  ) {}

  /** @throws if a constant of the reward cannot be used, as JavaScript that does not compile */
  static async open(recipe: Recipe, tokenizer = new Tokenizer()): Promise<Scorer> {
    return new Scorer(recipe, await openRewards(recipe), tokenizer);
  }

  /**
   * Scores a completion as training does. Text after the first end token does not count, as no model writes it.
   * @throws naming a character outside the vocabulary
   */
  score(problem: PlayProblem, text: string): Scored {
    return this.scoreWith(this.reward, problem, text);
  }

  /** Scores completions of one problem as a group. */
  group(problem: PlayProblem, texts: readonly string[]): ScoredGroup {
    const { grpo } = this.recipe;
    const reward = forOneStep(this.reward);
    const completions = texts.map((text) => this.scoreWith(reward, problem, text));
    const counted = completions.map(({ ids, ended }) => (ended || !grpo.maskTruncated ? ids.length : 0));
    const weights = tokenWeights(lossOptions(this.recipe), counted);
    return {
      completions,
      advantages: texts.length > 1 ? advantagesOf(completions, { ...grpo, groupSize: texts.length }) : null,
      weights: counted.map((tokens, b) => (tokens > 0 ? weights[b]! : 0)),
    };
  }

  private scoreWith(reward: RewardOptions, { judge, problem }: PlayProblem, text: string): Scored {
    const all = this.tokenizer.encode(text, 'completion');
    const end = all.indexOf(this.tokenizer.special.end);
    const ids = end < 0 ? all : all.slice(0, end + 1);
    const ended = end >= 0;
    return { ids, ended, ...scoreCompletion({ task: judge, problem }, { ids, ended }, this.tokenizer, reward) };
  }
}
