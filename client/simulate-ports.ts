/** What the CLI needs to run simulated venues. */
import type { VenueId } from '../domain/venue-id.ts';

/** What `ballast simulate` was asked for. */
export interface SimulateAsked {
  /** Absent: every venue that has a simulator. */
  readonly venue?: VenueId;
  /** 0: any that is free. */
  readonly port: number;
  readonly adminPort: number;
  /** The same seed draws the same faults. */
  readonly seed: string;
  /** How many of all requests meet a fault, 0 to 1. */
  readonly share: number;
  /** A file of admin calls made before the first request. */
  readonly dataFile?: string;
  /** A file that gets every request as a line of JSON. */
  readonly journalFile?: string;
}

/** A simulated venue that answers. */
export interface SimulatorView {
  readonly venue: VenueId;
  readonly url: string;
  readonly adminUrl: string;
  /** The variables with which a desk trades there; keys are given as paths of files. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface SimulatePorts {
  /** Starts simulated venues in this process. */
  simulate(asked: SimulateAsked): Promise<{
    readonly simulators: readonly SimulatorView[];
    /** Resolves at SIGINT or SIGTERM. */
    readonly stopped: Promise<void>;
    close(): Promise<void>;
  }>;
}
