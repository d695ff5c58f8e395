// Gate min(c, high) of CISPO.
fn objectiveOf(n: u32, ratio: f32, advantage: f32) -> Objective {
  let bounded = ratio > params.epsilonHigh && advantage > 0.0;
  return Objective(min(ratio, params.epsilonHigh), 0.0, params.epsilonHigh, select(0.0, 1.0, bounded));
}
