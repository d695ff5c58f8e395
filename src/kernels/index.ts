/**
 * All kernels but those of the policy losses, which come with their records (train/losses). A new one needs a record in its own file,
 * a shader, and a line here.
 */
import type { AnyKernel } from '../gpu/kernel';
import { adamw } from './adamw';
import { attention, attentionSubgroup, attentionTile } from './attention';
import { attentionDecode } from './attentionDecode';
import {
  attentionGradKv,
  attentionGradKvSubgroup,
  attentionGradKvTile,
  attentionGradQ,
  attentionGradQSubgroup,
  attentionGradQTile,
} from './attentionGrad';
import { cacheFill } from './cacheFill';
import { columnSum } from './columnSum';
import { copy } from './copy';
import { crossEntropy } from './crossEntropy';
import { embedding } from './embedding';
import { embeddingDecode } from './embeddingDecode';
import { embeddingGrad } from './embeddingGrad';
import { clipScale, squareSum } from './gradNorm';
import { keepLogits } from './keepLogits';
import { linearDecode, linearDecodeSubgroup } from './linearDecode';
import { products } from './matmul';
import { mix } from './mix';
import { muonMomentum, muonUpdate } from './muon';
import { inverseNorm, newtonSchulzPolynomial, scale } from './newtonSchulz';
import { planeSum } from './planeSum';
import { rmsNorm } from './rmsNorm';
import { rmsNormGrad } from './rmsNormGrad';
import { rope } from './rope';
import { sample } from './sample';
import { swiglu, swigluGrad } from './swiglu';
import { tokenLogprobs, tokenLogprobsGrad } from './tokenLogprobs';

export const kernels: readonly AnyKernel[] = [
  embedding,
  embeddingGrad,
  rmsNorm,
  rmsNormGrad,
  columnSum,
  ...products.map(({ kernel }) => kernel),
  planeSum,
  rope,
  attention,
  attentionTile,
  attentionSubgroup,
  attentionGradQ,
  attentionGradQTile,
  attentionGradQSubgroup,
  attentionGradKv,
  attentionGradKvTile,
  attentionGradKvSubgroup,
  swiglu,
  swigluGrad,
  crossEntropy,
  tokenLogprobs,
  tokenLogprobsGrad,
  squareSum,
  clipScale,
  adamw,
  muonMomentum,
  inverseNorm,
  scale,
  newtonSchulzPolynomial,
  muonUpdate,
  mix,
  copy,
  cacheFill,
  embeddingDecode,
  linearDecode,
  linearDecodeSubgroup,
  attentionDecode,
  keepLogits,
  sample,
];
