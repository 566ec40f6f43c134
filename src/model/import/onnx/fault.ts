/** What is wrong with a node; the interpreter adds the file and the node. */
export class Fault extends Error {
  /**
   * @param what what is wrong, what was expected and what is there
   * @param fix what the user can do, as a sentence without its full stop
   */
  constructor(
    readonly what: string,
    readonly fix = '',
  ) {
    super(what);
  }
}
