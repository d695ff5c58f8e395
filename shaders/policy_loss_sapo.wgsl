// Objective A·(4/τ)·σ(τ·(c − 1)) of SAPO, with τ by the sign of A. Its slope in c is 4·A·σ·(1 − σ).
// Both are computed from exp(−|x|), so that no exponential leaves f32.
fn objectiveOf(n: u32, ratio: f32, advantage: f32) -> Objective {
  let temperature = select(params.sapoTemperatureNeg, params.sapoTemperaturePos, advantage > 0.0);
  let x = temperature * (ratio - 1.0);
  let e = exp(-abs(x));
  let sigmoid = select(1.0, e, x < 0.0) / (1.0 + e);
  return Objective(sigmoid * 4.0 / temperature * advantage, 4.0 * advantage * e / ((1.0 + e) * (1.0 + e)), ratio, 0.0);
}
