import { quoteName } from '../../../util/quote_name.ts';
import type { OnnxNode } from './proto_types.ts';

/** Place of a node for messages: by its name, or else by its first output. */
export function nodeAt(path: string, node: OnnxNode): string {
  return `${path}: ${quoteName(node.opType)} node ${quoteName(nodeName(node))}`;
}

/** What the file calls a node, or else its first output; any text. */
export function nodeName({ name, outputs }: OnnxNode): string {
  return name === '' ? (outputs[0] ?? '') : name;
}
