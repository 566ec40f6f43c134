import { quoteName } from '../../../util/quote_name.ts';
import type { OnnxNode } from './proto_types.ts';

/** Place of a node for messages: by its name, or else by its first output. */
export function nodeAt(path: string, { opType, name, outputs }: OnnxNode): string {
  return `${path}: ${quoteName(opType)} node ${quoteName(name === '' ? (outputs[0] ?? '') : name)}`;
}
