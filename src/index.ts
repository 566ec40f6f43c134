/** The library: the verbs of the command line, and the stages between them. Everything throws `EsegenError`. */
export { type BuildOptions, type BuildResult, build } from './build.ts';
export { type CalibrationSet, randomCalibration, type VectorPeaks } from './compiler/calibrate.ts';
export { type Compilation, type CompileReport, compile, type Progress } from './compiler/compile.ts';
export type { Design } from './compiler/design.ts';
export type { Formats } from './compiler/formats.ts';
export { hardwareModel } from './compiler/import/hardware_model.ts';
export type { ImportedModel, TensorSummary } from './compiler/import/imported_model.ts';
export { importModel, readModel } from './compiler/import/read_model.ts';
export type { MatrixNoise, QuantizeReport, TableNoise, VectorNoise, WidthNoise } from './compress/quantize_report.ts';
export type { PrunedAccuracy, Sensitivity, SensitivityPoint } from './compress/sensitivity.ts';
export { type Config, type Matrix, parseConfig, readConfig } from './config.ts';
export { type LoadedDesign, loadDesign, writeDesign } from './design_dir.ts';
export { type DoctorOptions, doctor, type ToolReport } from './doctor.ts';
export { EsegenError } from './errors.ts';
export {
  type Accuracy,
  type DensityRow,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type GoldenRow,
} from './evaluate.ts';
export { createFrames, type Frames, frameAt } from './frames.ts';
export {
  type DesignFiles,
  generate,
  type HostFiles,
  type Labels,
  type MemoryGroup,
  memoryGroups,
  parseLabels,
} from './generate.ts';
export { FloatModel, type FloatUtterance, runFloatModel } from './golden/float_model.ts';
export type { Dimensions } from './hdl/dimensions.ts';
export { type ImageOptions, type ModelImage, modelImage } from './image.ts';
export {
  type DesignInspection,
  inspect,
  type LayerInspection,
  type MatrixInspection,
  type ModelInspection,
} from './inspect.ts';
export type {
  Activation,
  CellRule,
  Floats,
  InitialState,
  LstmDirection,
  LstmLayer,
  LstmModel,
  OutputLayer,
  Peepholes,
  TrainedModel,
} from './model.ts';
export { type PrunedMatrix, type PruneOptions, type PruneResult, prune, type SensitivityOptions } from './prune.ts';
export { type QuantizeOptions, quantizeModel } from './quantize.ts';
export { type RunEngine, type RunOptions, type RunResult, run } from './run.ts';
export { type SimulateOptions, type SimulateResult, simulate } from './simulate.ts';
export { type FeatureNorm, parseFeatureNorm } from './speech/features.ts';
export type { Demand, Fit, Verdict } from './synth/fit.ts';
export type { LongestPaths, PathCell, RegisterPath } from './synth/longest_path.ts';
export type { MemoryUse } from './synth/memories.ts';
export type { MultiplierReport } from './synth/multipliers.ts';
export { FAMILIES, type Family, PARTS, type Part } from './synth/parts.ts';
export type { Resource, Resources } from './synth/resources.ts';
export type { Block } from './synth/rollup.ts';
export { type SynthOptions, type SynthReport, synthesize } from './synth/synthesize.ts';
export { nativeYosys, npmYosys, type Yosys } from './synth/yosys.ts';
export { type EngineName, type Transcription, transcribe } from './transcribe.ts';
