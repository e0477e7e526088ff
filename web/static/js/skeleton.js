// The outline of a trace in typed arrays: which lines stand in the tree under folds, levels and filters. No page in here.
export const FAILED = 1;
export const CRITICAL = 4;
// A line is a row (>= 0), the note above the orphans, or a run of similar siblings.
export const NOTE = -1;
export const codeOfRun = (run) => -2 - run;
export const runOfCode = (code) => -2 - code;
export const keyOf = (code) => (code >= 0 ? String(code) : code === NOTE ? "note" : `g${runOfCode(code)}`);

export class Skeleton {
  constructor(buffer) {
    const [count, runs] = new Uint32Array(buffer, 0, 2);
    let at = 8;
    const take = (Kind, length) => {
      const taken = new Kind(buffer, at, length);
      at += taken.byteLength;
      return taken;
    };
    this.count = count;
    this.levels = take(Uint32Array, count);
    this.runOf = take(Int32Array, count);
    this.runStarts = take(Uint32Array, runs);
    this.runEnds = take(Uint32Array, runs);
    this.types = take(Uint8Array, count);
    this.flags = take(Uint8Array, count);
    this.#relate();
  }

  #relate() {
    const { count, levels } = this;
    this.ends = new Uint32Array(count);
    this.parents = new Int32Array(count).fill(-1);
    this.orphan = -1;
    const open = [];
    for (let row = 0; row < count; row++) {
      while (open.length && levels[open.at(-1)] >= levels[row]) this.ends[open.pop()] = row;
      if (open.length) this.parents[row] = open.at(-1);
      open.push(row);
      if (this.orphan < 0 && this.flags[row] & 2) this.orphan = row;
    }
    for (const row of open) this.ends[row] = count;
    this.deepest = levels.reduce((most, level) => Math.max(most, level), 1);
  }

  isParent(row) {
    return this.ends[row] > row + 1;
  }

  // Rows that match (1) and those above one that does (2). null: all match.
  kept(types, errorsOnly) {
    if (!types.size && !errorsOnly) return null;
    const kept = new Uint8Array(this.count);
    for (let row = this.count - 1; row >= 0; row--) {
      if ((!types.size || types.has(this.types[row])) && (!errorsOnly || this.flags[row] & FAILED)) kept[row] = 1;
      if (kept[row] && this.parents[row] >= 0 && !kept[this.parents[row]]) kept[this.parents[row]] = 2;
    }
    return kept;
  }

  // {folded: Uint8Array a row, openRuns: Set, foldRuns, kept} -> codes of the lines, from top to bottom.
  lines({ folded, openRuns, foldRuns, kept }) {
    const out = [];
    let row = 0;
    while (row < this.count) {
      if (kept && !kept[row]) {
        row = this.ends[row];
        continue;
      }
      if (row === this.orphan) out.push(NOTE);
      const run = foldRuns ? this.runOf[row] : -1;
      if (run >= 0 && this.#begins(row, run, kept)) {
        out.push(codeOfRun(run));
        if (!openRuns.has(run)) {
          row = this.runEnds[run];
          continue;
        }
      }
      out.push(row);
      row = folded[row] ? this.ends[row] : row + 1;
    }
    return Int32Array.from(out);
  }

  // Whether a row is the first one of its run that is shown.
  #begins(row, run, kept) {
    if (!kept) return row === this.runStarts[run];
    for (let at = this.runStarts[run]; at < row; at = this.ends[at]) if (kept[at]) return false;
    return true;
  }

  runsAround(row) {
    const runs = [];
    for (let at = row; at >= 0; at = this.parents[at]) if (this.runOf[at] >= 0) runs.push(this.runOf[at]);
    return runs;
  }
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}
