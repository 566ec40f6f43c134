export { type CalibrationSet, randomCalibration } from './data/calibration_set.ts';
export type { DesignFiles } from './design/files.ts';
export type { HostFiles } from './design/host_files.ts';
export { type Labels, parseLabels } from './design/labels.ts';
export { type LoadedDesign, loadDesign } from './design/load_design.ts';
export { holdsNetwork, type LoadedNetwork, loadNetwork } from './design/load_network.ts';
export { type MemoryGroup, memoryGroups } from './design/memory_groups.ts';
export { writeDesign } from './design/write_design.ts';
export { readConfig } from './machine/config_file.ts';
export { parseConfig } from './machine/read_config.ts';
export type { Resource, Resources } from './machine/resources/counts.ts';
export type { Dimensions } from './program/dimensions.ts';
export type { SimulateOptions } from './verbs/simulation/options.ts';
/** The library: the verbs of the command line, and the stages between them. Everything throws `EsegenError`. */

export type { VectorPeaks } from './compiler/calibrate.ts';
export { type Compilation, type CompileReport, compile } from './compiler/compile.ts';
export { oneLayerConfig } from './compiler/one_layer_config.ts';
export type { ProjectedMatrix } from './compiler/prune/circulant.ts';
export { createFrames, type Frames, frameAt } from './data/frames.ts';
export { generate } from './design/generate.ts';
export { type Exploration, type FrontFile, readExploration } from './explore/directory.ts';
export {
  type ExploreOptions,
  type ExploreResult,
  explore,
  type MergeResult,
  mergeExploration,
} from './explore/explore.ts';
export { type Constraints, NO_CONSTRAINTS, type Objective } from './explore/objectives.ts';
export type { BuiltPoint, PointRecord, RefusedPoint } from './explore/record.ts';
export { parseSpace, type Space } from './explore/space.ts';
export type { Config, Matrix } from './machine/config.ts';
export type { Formats } from './machine/formats.ts';
export { FAMILIES, type Family, PARTS, type Part } from './machine/parts.ts';
export type { Demand, Fit, Verdict } from './machine/resources/fit.ts';
export type { Activation, CellRule, Floats, Graph } from './model/graph.ts';
export { hardwareModel } from './model/import/hardware_model.ts';
export type { ImportOptions } from './model/import/import_options.ts';
export type { ImportedModel, TensorSummary } from './model/import/imported_model.ts';
export { importModel, readModel } from './model/import/read_model.ts';
export {
  FloatNetwork,
  type FloatOptions,
  type FloatResult,
  type FloatStates,
} from './model/reference/float_network.ts';
export type {
  LstmModel,
  OutputLayer,
  Peepholes,
  StackedLayer,
} from './model/stacked_layer.ts';
export type { Design } from './program/design.ts';
export type { NetworkDesign } from './program/network_design.ts';
export { type FeatureNorm, parseFeatureNorm } from './speech/features.ts';
export type { LongestPaths } from './synth/longest_path.ts';
export type { MemoryUse } from './synth/memories.ts';
export type { MultiplierReport } from './synth/multipliers.ts';
export type { Block } from './synth/rollup.ts';
export { type SynthOptions, type SynthReport, synthesize } from './synth/synthesize.ts';
export { nativeYosys, npmYosys, type Yosys } from './synth/yosys.ts';
export { EsegenError } from './util/errors.ts';
export type { Progress, Report } from './util/report.ts';
export { type BuildOptions, type BuildResult, build } from './verbs/build.ts';
export { buildModel, type ModelBuild, type NetworkBuildResult } from './verbs/build_network.ts';
export type {
  EvaluateOptions,
  Evaluation,
  GoldenRow,
  StructureRow,
} from './verbs/compress/evaluation.ts';
export type { Accuracy, JudgeOptions } from './verbs/compress/judged_outputs.ts';
export type { MatrixNoise, QuantizeReport } from './verbs/compress/quantize_report.ts';
export type { PrunedAccuracy, Sensitivity, SensitivityPoint } from './verbs/compress/sensitivity.ts';
export type { TableNoise } from './verbs/compress/table_noise.ts';
export type { VectorNoise } from './verbs/compress/vector_noise.ts';
export type { WidthNoise } from './verbs/compress/width_sweep.ts';
export { type CacheReport, cacheReport, type DoctorOptions, doctor, type ToolReport } from './verbs/doctor.ts';
export { evaluate } from './verbs/evaluate.ts';
export { type ImageOptions, type LayerImage, type ModelImage, modelImage, type NetworkImage } from './verbs/image.ts';
export {
  type DesignInspection,
  inspect,
  type MatrixInspection,
  type ModelInspection,
  type NetworkInspection,
  type NodeInspection,
} from './verbs/inspect.ts';
export {
  type PrunedMatrix,
  type PruneOptions,
  type PruneResult,
  prune,
  type SensitivityOptions,
} from './verbs/prune.ts';
export { type PruneCirculantOptions, type PruneCirculantResult, pruneCirculant } from './verbs/prune_circulant.ts';
export { type QuantizeOptions, quantizeModel } from './verbs/quantize.ts';
export type { Layout } from './verbs/run/array_reading.ts';
export type { NamedPath } from './verbs/run/named_path.ts';
export type { RunEngine } from './verbs/run/open_engine.ts';
export { type RunOptions, type RunResult, run } from './verbs/run.ts';
export { type SimulateResult, simulate } from './verbs/simulate.ts';
export { type EngineName, type Transcription, transcribe } from './verbs/transcribe.ts';
