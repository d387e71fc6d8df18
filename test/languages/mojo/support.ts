import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import JSZip from 'jszip';

const FOLDER = join('test', 'languages', 'mojo', 'models');

export const MODELS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.zip'))
  .map((name) => name.replace(/\.zip$/, ''))
  .sort();

export const archive = (name: string): Uint8Array => readFileSync(join(FOLDER, `${name}.zip`));

export async function unpack(name: string): Promise<Map<string, Uint8Array>> {
  const zip = await JSZip.loadAsync(archive(name));
  const files = new Map<string, Uint8Array>();
  for (const file of Object.values(zip.files)) if (!file.dir) files.set(file.name, await file.async('uint8array'));
  return files;
}

export function pack(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const zip = new JSZip();
  for (const [name, content] of files) zip.file(name, content, { createFolders: false });
  return zip.generateAsync({ type: 'uint8array', compression: 'DEFLATE' });
}
