/** Who is measured, and how each is loaded: only when asked for, so that one that cannot load here does not stop the others. */
import type { Peer, WhoName } from './peer';

const loaders: Record<WhoName, () => Promise<Peer>> = {
  groupthink: async () => (await import('./groupthink')).groupthink(),
  'jax-js': async () => (await import('./jaxjs')).jaxjs(),
  tfjs: async () => (await import('./tfjs')).tfjs(),
  'onnxruntime-web': async () => (await import('./onnx')).onnx(),
  plain: async () => (await import('./plain')).plain(),
};

/** One that cannot load or open stands in its own place: it says why at whatever it is asked. */
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
