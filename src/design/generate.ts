import type { Compilation } from '../compiler/compile.ts';
import { renderTemplate } from '../hdl/render.ts';
import { benchFiles } from '../hdl/test_bench.ts';
import { memoryPath } from '../machine/names.ts';
import { writeSafetensors } from '../model/import/write_safetensors.ts';
import type { LstmModel } from '../model/stacked_layer.ts';
import { IMAGE_FILE, weightsSum } from '../program/image_words.ts';
import { formatMem } from '../program/mem_image.ts';
import { packModelImage } from '../program/model_image.ts';
import { packDesign } from '../program/pack.ts';
import { packStream, STREAM_FILE, STREAM_MAP_FILE, streamMap } from '../program/stream.ts';
import { vivadoFiles } from '../vivado/files.ts';
import { layerIp } from '../vivado/ip.ts';
import { driverFiles } from './driver_files.ts';
import { type DesignFiles, printJson } from './files.ts';
import { headerValues, hex } from './header_file.ts';
import { HOST_PATHS, type HostFiles, modelTensors, printNorm } from './host_files.ts';
import { DESIGN_FILE, printManifest } from './manifest.ts';
import { printModules } from './modules.ts';
import type { DesignPorts } from './ports.ts';
import { readmeValues } from './readme_file.ts';

/**
 * All files of a design directory, `design.json` last. Pure: the same inputs give the same bytes.
 *
 * @param compilation the compiled layer
 * @param model the model that it was compiled from; its output layer goes along for the host
 * @param host files for the host, already checked against the model
 * @param ports names and layouts of the model file; null: those of a state dict
 */
export function generate(
  compilation: Compilation,
  model: LstmModel,
  host: HostFiles,
  ports: DesignPorts | null = null,
): DesignFiles {
  const { design, layer } = compilation;
  const { name } = design.config;
  const files: DesignFiles = new Map();

  const weights = design.dimensions.dram ? packStream(design.matrices, design.dimensions) : null;
  const sum = weights === null ? null : weightsSum(weights);
  const { hash, files: modules } = printModules(design, sum);
  for (const [path, text] of modules) files.set(path, text);
  const images = packDesign(design);
  for (const [file, image] of images) files.set(memoryPath(name, file), formatMem(image));
  files.set(IMAGE_FILE, packModelImage(design, images, hash, sum));
  if (weights !== null && sum !== null) {
    files.set(STREAM_FILE, weights);
    files.set(STREAM_MAP_FILE, printJson({ ...streamMap(design.dimensions), bytes: sum.bytes, crc32: hex(sum.crc) }));
  }

  for (const [file, content] of benchFiles(design)) files.set(`tb/${file}`, content);

  files.set(HOST_PATHS.model, writeSafetensors(modelTensors(layer, model)));
  if (host.norm !== null) files.set(HOST_PATHS.norm, printNorm(host.norm));
  if (host.labels !== null) files.set(HOST_PATHS.labels, printJson(host.labels));

  const rtlPaths = [...modules.keys()];
  const memPaths = [...images.keys()].map((file) => memoryPath(name, file));
  files.set('files.f', `${rtlPaths.join('\n')}\n`);
  const kind = { dram: sum !== null, network: false, utterance: false, states: true, sequence: false };
  const driver = driverFiles(name, headerValues(design, hash, sum), kind);
  for (const [path, content] of driver) files.set(path, content);
  const vivado = vivadoFiles(layerIp(design), { rtl: rtlPaths, mem: memPaths, sw: [...driver.keys()] });
  for (const [path, content] of vivado) files.set(path, content);
  files.set('README.md', renderTemplate('README.md.hbs', readmeValues(compilation, host)));
  files.set(DESIGN_FILE, printManifest(compilation, ports, files));
  return files;
}
