// Gate φ(w) = exp(λ + k·log w − λ·w) of VESPO, with k and λ by the sign of A. log w is the sum over the completion of the
// log-ratios, clamped to ±20, and of the logarithms of the corrections; it is clamped to log 1e-8 … 20.
// log φ is held so that φ, times A and lp, stays within e^80.
const LEAST_RATIO: f32 = 1e-8;
fn objectiveOf(n: u32, ratio: f32, advantage: f32) -> Objective {
  let span = spans[n];
  let least = log(LEAST_RATIO);
  var logW = 0.0;
  for (var m = span.x; m < span.y; m++) {
    logW += clamp(logRatio(m), -20.0, 20.0);
    if (CORRECTION != 0u) {
      logW += clamp(log(max(corrected(logCorrection(m), MOST_CORRECTION), LEAST_RATIO)), least, 20.0);
    }
  }
  logW = clamp(logW, least, 20.0);
  let positive = advantage >= 0.0;
  let k = select(params.vespoKNeg, params.vespoKPos, positive);
  let lambda = max(select(params.vespoLambdaNeg, params.vespoLambdaPos, positive), 1e-4);
  let most = MOST_CORRECTION - log(max(1.0, abs(advantage * scores[n].x)));
  let phi = exp(min(lambda + k * logW - lambda * exp(logW), most));
  return Objective(phi, 0.0, phi, phi);
}
