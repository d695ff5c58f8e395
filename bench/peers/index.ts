/** Who is measured, and how each is loaded: only when asked for, so that one that cannot load here does not stop the others. */
import type { Peer, WhoName } from './peer';

const loaders: Record<WhoName, () => Promise<Peer>> = {
  groupthink: async () => (await import('./groupthink')).groupthink(),
  'jax-js': async () => (await import('./jaxjs')).jaxjs(),
  tfjs: async () => (await import('./tfjs')).tfjs(),
  'onnxruntime-web': async () => (await import('./onnx')).onnx(),
  plain: async () => (await import('./plain')).plain(),
};

export async function openPeer(who: WhoName): Promise<Peer> {
  const peer = await loaders[who]();
  await peer.open();
  return peer;
}
