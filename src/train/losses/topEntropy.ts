/**
 * Choice of the tokens of highest entropy (Beyond the 80/20 Rule, arXiv 2506.01939). As in TRL's get_high_entropy_mask, they are those
 * at or above a quantile of the entropies of all counted tokens of a step.
 */

/**
 * Quantile 1 − share in f32, interpolated in a line, as torch.quantile; −∞ for no tokens.
 * @param entropies of the counted tokens
 */
export function entropyThreshold(entropies: readonly number[], share: number): number {
  if (entropies.length === 0) return Number.NEGATIVE_INFINITY;
  const sorted = Float32Array.from(entropies).sort();
  // torch rounds the quantile, the weight and the result to f32, and neither the rank nor the product
  const rank = Math.fround(1 - share) * (sorted.length - 1);
  const below = Math.floor(rank);
  const [low, high] = [sorted[below]!, sorted[Math.ceil(rank)]!];
  const weight = Math.fround(rank - below);
  const step = Math.fround(high - low);
  // torch.lerp's two branches
  return Math.fround(weight < 0.5 ? low + weight * step : high - step * Math.fround(1 - weight));
}
