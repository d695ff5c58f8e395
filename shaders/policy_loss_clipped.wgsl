// Objective min(min(c, delta)·A, clip(c, 1 − low, 1 + high)·A) of GRPO and its kin. Its slope in c is A where the branch
// that decides moves with c, else 0.
fn objectiveOf(n: u32, ratio: f32, advantage: f32) -> Objective {
  let low = 1.0 - params.epsilonLow;
  let high = 1.0 + params.epsilonHigh;
  let capped = params.delta > 0.0 && ratio > params.delta;
  let held = select(ratio, params.delta, capped);
  let free = held * advantage;
  let clipped = clamp(ratio, low, high) * advantage;
  let moves = select(!capped, ratio >= low && ratio <= high, clipped < free);
  let bounded = (held < low && advantage < 0.0) || (held > high && advantage > 0.0);
  return Objective(min(free, clipped), select(0.0, advantage, moves), ratio, select(0.0, 1.0, bounded));
}
