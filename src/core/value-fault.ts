/** Where numbers went wrong in a network: the first layer that makes them so. */
export interface ValueFault {
  /** What happens and where, the same for every input it happens to: "NaN from layer2.1.bn1 on". */
  readonly cause: string;
  /** How it looks for one input: "784 values, channel 5". */
  readonly detail: string;
}

/** "NaN from layer2.1.bn1 on (784 values, channel 5)" */
export function faultWords({ cause, detail }: ValueFault): string {
  return `${cause} (${detail})`;
}

/** "; NaN from layer2.1.bn1 on (784 values, channel 5)": what was born earlier, behind what it led to; '' for nothing. */
export function bornWords(faults: readonly ValueFault[]): string {
  return faults.map((fault) => `; ${faultWords(fault)}`).join('');
}
