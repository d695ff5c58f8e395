/**
 * Options of policy losses. One record declares an option: its name in TRL's GRPOConfig, its range, default and texts. The recipe,
 * `probe policy-loss`, the kernel and the docs read it from here.
 */
import { type Correction, type CorrectionMode, corrections } from '../../kernels/correction';

interface OptionRecord {
  /** Name in TRL's GRPOConfig, release 1.16.0. */
  readonly trl: string;
  /** Name in `probe policy-loss`; that of TRL where not given. */
  readonly probe?: string;
  readonly title: string;
  readonly description: string;
}

export interface NumberOption extends OptionRecord {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Default of `probe policy-loss`; that of the recipe where not given. */
  readonly probeDefault?: number;
  /** 0 in a recipe is None in TRL and null in a probe; the probe's other values are above 0, or from 0. */
  readonly nullable?: 'above 0' | 'from 0';
}

export interface FlagOption extends OptionRecord {
  readonly kind: 'flag';
  readonly default: boolean;
}

export interface ChoiceOption<T extends string = string> extends OptionRecord {
  readonly kind: 'choice';
  readonly choices: readonly [T, ...T[]];
  readonly default: T;
  /** The choice in a recipe that is null in a probe. */
  readonly none?: T;
}

export type LossOption = NumberOption | FlagOption | ChoiceOption;

type ValueOf<O extends LossOption> = O extends NumberOption
  ? number
  : O extends FlagOption
    ? boolean
    : O extends ChoiceOption<infer T>
      ? T
      : never;
export type ValuesOf<T extends Readonly<Record<string, LossOption>>> = { readonly [K in keyof T]: ValueOf<T[K]> };

export const number = (record: Omit<NumberOption, 'kind'>): NumberOption => ({ kind: 'number', ...record });
const flag = (record: Omit<FlagOption, 'kind'>): FlagOption => ({ kind: 'flag', ...record });
const choice = <T extends string>(record: Omit<ChoiceOption<T>, 'kind'>): ChoiceOption<T> => ({
  kind: 'choice',
  ...record,
});

/** Name of an option in `probe policy-loss`. */
export const probeName = ({ probe, trl }: LossOption): string => probe ?? trl;

export const correctionModes = Object.keys(corrections) as [CorrectionMode, ...CorrectionMode[]];

/** Options that several losses share, by their field in a recipe. */
export const sharedOptions = {
  beta: number({
    trl: 'beta',
    title: 'β, KL',
    description: 'Weight of the KL to the reference: the model as SFT left it.',
    ...{ min: 0, max: 10, default: 0.001, probeDefault: 0 },
  }),
  klRatio: flag({
    trl: 'use_bias_correction_kl',
    title: 'KL × ratio',
    description: 'Multiplies KL by the ratio, which makes its gradient unbiased (DeepSeek-V3.2).',
    default: false,
  }),
  gamma: number({
    trl: 'entropy_coef',
    probe: 'gamma',
    title: 'γ, entropy',
    description: 'Weight of the entropy bonus; its first value if a target steers it.',
    ...{ min: 0, max: 10, default: 0.001, probeDefault: 0 },
  }),
  epsilonLow: number({
    trl: 'epsilon',
    probe: 'epsilon_low',
    title: 'ε low',
    description: 'The ratio is clipped below 1 − ε low.',
    ...{ min: 0, max: 1, default: 0.2 },
  }),
  epsilonHigh: number({
    trl: 'epsilon_high',
    title: 'ε high',
    description: 'The ratio is clipped above 1 + ε high; for cispo the cap itself.',
    ...{ min: 0, max: 10, default: 0.2 },
  }),
  delta: number({
    trl: 'delta',
    title: 'δ',
    description: 'Cap of the ratio before clipping (two-sided); 0 for none.',
    ...{ min: 0, max: 100, default: 0, nullable: 'above 0' },
  }),
  importanceSampling: choice({
    trl: 'importance_sampling_level',
    title: 'Ratio',
    description: 'Per token, or per sequence (GSPO, LUSPO).',
    choices: ['token', 'sequence'],
    default: 'token',
  }),
  topEntropy: number({
    trl: 'top_entropy_quantile',
    title: 'Top-entropy share',
    description:
      'Share of the tokens of highest entropy that the loss and the entropy bonus count; 1 for all. 0.2 is the value of Beyond the 80/20 Rule. Below 1, each update makes one more forward pass.',
    ...{ min: 0, max: 1, default: 1 },
  }),
  samplerCorrection: choice({
    trl: 'vllm_importance_sampling_mode',
    probe: 'importance_sampling_mode',
    title: 'Sampler correction',
    description:
      'Multiplies the loss by policy ÷ sampler, of a token or of the completion, clamped to its bounds or 0 outside of them: for top-p, top-k and min-p.',
    choices: ['off', ...correctionModes],
    default: 'off',
    none: 'off',
  }),
  correctionMax: number({
    trl: 'vllm_importance_sampling_clip_max',
    probe: 'importance_sampling_clip_max',
    title: 'Correction maximum',
    description: 'Upper bound of policy ÷ sampler; 0 for none.',
    ...{ min: 0, max: 1e6, default: 3, probeDefault: 0, nullable: 'above 0' },
  }),
  correctionMin: number({
    trl: 'vllm_importance_sampling_clip_min',
    probe: 'importance_sampling_clip_min',
    title: 'Correction minimum',
    description: 'Lower bound of policy ÷ sampler; 0 for none.',
    ...{ min: 0, max: 1e6, default: 0, nullable: 'from 0' },
  }),
} as const;

export type SharedValues = ValuesOf<typeof sharedOptions>;

/** Upper bound in place of none: below the largest f32. */
const UNBOUNDED = 3e38;

/** Correction for a sampler that draws from another distribution; null for none. */
export const correctionOf = ({
  samplerCorrection: mode,
  correctionMin: min,
  correctionMax,
}: Pick<SharedValues, 'samplerCorrection' | 'correctionMin' | 'correctionMax'>): Correction | null =>
  mode === 'off' ? null : { mode, min, max: correctionMax || UNBOUNDED };
