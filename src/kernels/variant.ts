/** A kernel variant: one of several ways to compute the same thing. Each record says for itself where it is of use. */
import type { AnyKernel, Constants } from '../gpu/kernel';

/** Facts about a device that decide which variants are worth a measurement. */
export interface VariantHost {
  /** A processor computes in place of a GPU. */
  readonly software: boolean;
  /** Variants for subgroups compute right on it; undefined where a tuning cache has decided that already. */
  readonly subgroups?: boolean;
}

export interface KernelVariant<Shape, K extends AnyKernel = AnyKernel> {
  /** Key in the tuning cache. */
  readonly name: string;
  readonly kernel: K;
  /** Its own `override` constants. */
  readonly constants: Constants;
  usable(host: VariantHost, shape: Shape): boolean;
}

/** The variant shares loads between the invocations of a subgroup. */
export const withSharing = ({ subgroups }: VariantHost): boolean => subgroups !== false;
/** The variant gains nothing where invocations share loads, and takes a compiler long. */
export const withoutSharing = ({ subgroups }: VariantHost): boolean => subgroups !== true;
