/** Token embedding. */
import { embedding as kernel } from '../../kernels/embedding';
import { embeddingGrad } from '../../kernels/embeddingGrad';
import { type Graph, type Tensor, TOKENS } from '../graph';

/** Tokens of a batch, and the same tokens sorted by id, which the gradient of the table walks. */
export interface TokenIds {
  /** [N] */
  readonly ids: Tensor;
  /** [N] token indices, sorted by id. */
  readonly order: Tensor;
  /** Start of each id in `order`, [V + 1]. */
  readonly offsets: Tensor;
}

/** y = table[ids]: [N, C] from a table [V, C]. */
export function embedding(graph: Graph, { ids, order, offsets }: TokenIds, table: Tensor): Tensor {
  const [vocabulary, width] = table.shape as [number, number];
  const y = graph.tensor('embedding', [ids.shape[0]!, width], table.dtype);
  graph.dispatch('embedding', kernel, { ids, table, y }, { rows: TOKENS, width });
  graph.record([y], (backward) => {
    const target = backward.into(table);
    if (!target) return;
    graph.dispatch(
      'embedding grad',
      embeddingGrad,
      { order, offsets, dy: backward.of(y), dtable: target.tensor },
      { vocabulary, width, accumulate: target.accumulate },
    );
  });
  return y;
}
