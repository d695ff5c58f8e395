/**
 * What `@sparticuz/chromium` carries, unpacked into a cache folder: SwiftShader with a Vulkan loader, so that Dawn finds an
 * adapter on a Linux machine that has none, and a headless Chromium with its libraries and fonts for the tests. Node only.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

/** Where what is unpacked or measured on this machine is kept. */
export const CACHE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/groupthink');
const PARTS = { swiftshader: ['swiftshader'], chromium: ['chromium', 'swiftshader', 'al2023', 'fonts'] } as const;

function archives(): string {
  let folder = path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'));
  while (!existsSync(path.join(folder, 'bin', 'chromium.br'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('@sparticuz/chromium has no bin/chromium.br: run npm ci');
    folder = parent;
  }
  return path.join(folder, 'bin');
}

/**
 * Unpacks what is asked for once and returns its folder. Safe to call from several processes at a time: each unpacks
 * beside the target and the first rename wins.
 */
export async function unpackBundled(what: keyof typeof PARTS): Promise<string> {
  const target = path.join(CACHE, what);
  if (existsSync(target)) return target;
  await mkdir(CACHE, { recursive: true });
  const temporary = await mkdtemp(path.join(CACHE, `${what}-`));
  for (const part of PARTS[what]) {
    const archive = path.join(archives(), part === 'chromium' ? 'chromium.br' : `${part}.tar.br`);
    const unpacked =
      part === 'chromium' ? createWriteStream(path.join(temporary, 'chromium'), { mode: 0o755 }) : extract(temporary);
    await pipeline(createReadStream(archive), createBrotliDecompress(), unpacked);
  }
  if (what === 'chromium') {
    const fonts = `<fontconfig><dir>${target}/fonts</dir><cachedir>${target}/fontcache</cachedir></fontconfig>`;
    const head = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">';
    await writeFile(path.join(temporary, 'fonts.conf'), head + fonts);
  }
  await rename(temporary, target).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true });
    if (!existsSync(target)) throw error;
  });
  return target;
}
