/** Peers of the benchmark. Each is loaded on demand, so that one that cannot load does not stop the others. */
import type { Peer, WhoName } from './peer';

const loaders: Record<WhoName, () => Promise<Peer>> = {
  groupthink: async () => (await import('./groupthink')).groupthink(),
  'jax-js': async () => (await import('./jaxjs')).jaxjs(),
  tfjs: async () => (await import('./tfjs')).tfjs(),
  'onnxruntime-web': async () => (await import('./onnx')).onnx(),
  plain: async () => (await import('./plain')).plain(),
};

/** Opens a peer. If that fails, returns a peer whose every call rejects with the reason. */
export async function openPeer(who: WhoName): Promise<Peer> {
  try {
    const peer = await loaders[who]();
    await peer.open();
    return peer;
  } catch (error) {
    const fail = () => Promise.reject(new Error(`cannot be opened: ${String(error)}`));
    return { who, gpu: false, open: fail, product: fail, trainer: fail, generator: fail };
  }
}
