/**
 * The one error type of the library. Every message says where the fault is, what it is, and what to do about it;
 * only the command line prints it and sets an exit code.
 */
export class EsegenError extends Error {
  override readonly name = 'EsegenError';

  /**
   * @param where file, config key, tensor or port that is at fault, e.g. `model.safetensors: lstm.weight_ih_l0`
   * @param what what is wrong and what was expected, e.g. `expected shape [1024, 80], got [1024, 81]`
   * @param fix what the user can do, as a sentence without its full stop; empty where `what` already says it
   */
  constructor(
    readonly where: string,
    readonly what: string,
    readonly fix = '',
  ) {
    super(`${where}: ${what}${fix === '' ? '' : `. ${fix}`}`);
  }
}
