/** One reading of the only clock: verbs take it as an argument, nothing else asks for the time. */
export interface ClockReading {
  /** Unix milliseconds. */
  readonly atMs: number;
  /** How far this clock was set off the machine's on purpose (demo, drills, time skipping). */
  readonly offsetMs: number;
}

/** Made once in `bin/` (or by a test) and handed to everything that needs to know the time. */
export interface Clock {
  read(): Promise<ClockReading>;
}
