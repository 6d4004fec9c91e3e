/** The results of the latest few of many like reads, by address; a read that failed is tried anew. */
export class Recent<T> {
  private readonly results = new Map<number, Promise<T>>();

  constructor(private readonly most: number) {}

  /** The result for `key`: remembered, or made now. */
  get(key: number, make: () => Promise<T>): Promise<T> {
    let result = this.results.get(key);
    // Taken out and put in again, since a Map keeps the order of insertion: the first is the one not asked for the longest.
    if (result) this.results.delete(key);
    else {
      result = make();
      const made = result;
      made.catch(() => this.results.get(key) === made && this.results.delete(key));
    }
    this.results.set(key, result);
    if (this.results.size > this.most) {
      for (const oldest of this.results.keys()) {
        this.results.delete(oldest);
        break;
      }
    }
    return result;
  }
}
