import { z } from 'zod';
import type { NetworkDesign } from '../program/network_design.ts';
import { VERSION } from '../util/version.ts';
import { type DesignFiles, printJson, sha256 } from './files.ts';
import { DESIGN_FORMAT, filesSchema, GENERATOR } from './manifest.ts';

const KIND = 'network';

/** Schema of the `design.json` of a network. What it holds otherwise is in `program.json`. */
export const networkManifestSchema = z.strictObject({
  format: z.literal(DESIGN_FORMAT),
  generator: z.literal(GENERATOR),
  version: z.string(),
  kind: z.literal(KIND),
  config: z.unknown(),
  files: filesSchema,
});

/** Whether a `design.json` says that it is of a network. */
export function isNetworkManifest(value: unknown): boolean {
  return z.looseObject({ kind: z.literal(KIND) }).safeParse(value).success;
}

/** `design.json` of a network: what the directory holds, and the hash of every other file. */
export function printNetworkManifest({ config }: NetworkDesign, files: DesignFiles): string {
  const manifest: z.infer<typeof networkManifestSchema> = {
    format: DESIGN_FORMAT,
    generator: GENERATOR,
    version: VERSION,
    kind: KIND,
    config,
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)])),
  };
  return printJson(manifest);
}
