/**
 * Parts of `@sparticuz/chromium`, unpacked into a cache folder. SwiftShader with a Vulkan loader gives Dawn an adapter on a
 * Linux machine without one. A headless Chromium with libraries and fonts serves the tests. Node only.
 */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

/** Cache folder for unpacked parts and for measurements on this machine. */
export const CACHE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/groupthink');
const PARTS = { swiftshader: ['swiftshader'], chromium: ['chromium', 'swiftshader', 'al2023', 'fonts'] } as const;

function archives(): string {
  let folder = path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'));
  while (!existsSync(path.join(folder, 'bin', 'chromium.br'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('@sparticuz/chromium has no bin/chromium.br; run npm ci');
    folder = parent;
  }
  return path.join(folder, 'bin');
}

/**
 * Unpacks a part once and returns its folder. Several processes may call it at a time: each unpacks into its own folder, and
 * the first rename wins.
 */
export async function unpackBundled(part: keyof typeof PARTS): Promise<string> {
  const target = path.join(CACHE, part);
  if (existsSync(target)) return target;
  await mkdir(CACHE, { recursive: true });
  const temporary = await mkdtemp(path.join(CACHE, `${part}-`));
  for (const name of PARTS[part]) {
    const archive = path.join(archives(), name === 'chromium' ? 'chromium.br' : `${name}.tar.br`);
    const unpacked =
      name === 'chromium' ? createWriteStream(path.join(temporary, 'chromium'), { mode: 0o755 }) : extract(temporary);
    await pipeline(createReadStream(archive), createBrotliDecompress(), unpacked);
  }
  if (part === 'chromium') {
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
